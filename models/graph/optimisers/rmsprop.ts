import type { Graph } from '../graph';
import { scalar } from '../operations/arithmetic';
import { apply, slotOf, type Parameter, type StepTensors, type Update } from './parameter';

interface RmspropOptions {
  /** Share of the mean square that stays at each step. */
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/** RMSprop (Tieleman and Hinton 2012), with epsilon under the root as in TensorFlow and Keras. */
export function rmsprop(
  graph: Graph,
  { rho, momentum, epsilon }: RmspropOptions,
  parameters: readonly Parameter[],
  { learningRate }: StepTensors,
): Update {
  return graph.within('rmsprop', () => {
    const constants = [
      learningRate,
      scalar(graph, 'rho', rho),
      scalar(graph, 'momentum', momentum),
      scalar(graph, 'epsilon', epsilon),
    ];
    const made = parameters.map((parameter) => {
      const slots = [slotOf(graph, parameter, 'mean_square'), slotOf(graph, parameter, 'velocity')];
      const inputs = [...slots.map(({ handle }) => handle), ...constants, parameter.derivative];
      return { slots, update: apply(graph, 'ResourceApplyRMSProp', parameter, inputs) };
    });
    return { updates: made.map(({ update }) => update), slots: made.flatMap(({ slots }) => slots) };
  });
}
