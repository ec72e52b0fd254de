import type { Graph } from '../graph';
import { scalar } from '../operations/arithmetic';
import { apply, slotOf, type Parameter, type StepTensors, type Update } from './parameter';

interface SgdOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Stochastic gradient descent with momentum, Nesterov's where asked for (Sutskever et al. 2013), in Keras' form: the learning rate is in the velocity. */
export function sgd(
  graph: Graph,
  { momentum, nesterov }: SgdOptions,
  parameters: readonly Parameter[],
  { learningRate }: StepTensors,
): Update {
  return graph.within('sgd', () => {
    const kept = scalar(graph, 'momentum', momentum);
    const made = parameters.map((parameter) => {
      const velocity = slotOf(graph, parameter, 'velocity');
      const inputs = [velocity.handle, learningRate, parameter.derivative, kept];
      const options = { use_nesterov: { bool: nesterov } };
      return { velocity, update: apply(graph, 'ResourceApplyKerasMomentum', parameter, inputs, options) };
    });
    return { updates: made.map(({ update }) => update), slots: made.map(({ velocity }) => velocity) };
  });
}
