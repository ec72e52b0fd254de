import type { Graph, GraphTensor, Runnable } from '../graph';
import { scalar } from '../operations/arithmetic';
import { apply, slotOf, type Parameter, type StepTensors, type Update } from './parameter';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * Adam (Kingma and Ba 2015) in the form that corrects the bias in the learning rate, so that epsilon is the paper's "epsilon hat". `before` is what must have
 * been done to a parameter first.
 */
export function adam(
  graph: Graph,
  { beta1, beta2, epsilon }: AdamOptions,
  parameters: readonly Parameter[],
  { learningRate, step }: StepTensors,
  before: (parameter: Parameter) => readonly Runnable[] = () => [],
): Update {
  return graph.within('adam', () => {
    const [first, second] = [scalar(graph, 'beta1', beta1), scalar(graph, 'beta2', beta2)];
    const powers = [power(graph, 'beta1/power', first, step), power(graph, 'beta2/power', second, step)];
    const constants = [learningRate, first, second, scalar(graph, 'epsilon', epsilon)];
    const made = parameters.map((parameter) => {
      const slots = [slotOf(graph, parameter, 'm'), slotOf(graph, parameter, 'v')];
      const inputs = [...slots.map(({ handle }) => handle), ...powers, ...constants, parameter.derivative];
      const options = { use_nesterov: { bool: false } };
      return { slots, update: apply(graph, 'ResourceApplyAdam', parameter, inputs, options, before(parameter)) };
    });
    return { updates: made.map(({ update }) => update), slots: made.flatMap(({ slots }) => slots) };
  });
}

function power(graph: Graph, name: string, base: GraphTensor, exponent: GraphTensor): GraphTensor {
  return graph.add({
    kind: 'Pow',
    name,
    inputs: [base, exponent],
    attributes: { T: { type: 'float32' } },
    output: { dtype: 'float32', shape: [] },
  });
}
