import type { Attribute, Graph, GraphTensor, Runnable } from '../graph';
import { Variable } from '../variable';

/** A variable that is to be moved against its derivative. */
export interface Parameter {
  readonly variable: Variable;
  readonly derivative: GraphTensor;
  /** Whether decoupled weight decay shrinks it: kernels do, biases and scales do not. */
  readonly decays: boolean;
}

/** What an optimiser is told at each step: float32 scalars. */
export interface StepTensors {
  readonly learningRate: GraphTensor;
  /** Which update this is; the first is 1. */
  readonly step: GraphTensor;
}

export interface Update {
  /** Run them all to move every parameter once. */
  readonly updates: readonly Runnable[];
  /** The optimiser's memory, named `<optimiser>/<parameter>/<slot>`; to be assigned zeros before the first update. */
  readonly slots: readonly Variable[];
}

/** Memory of one parameter, of its shape. */
export function slotOf(graph: Graph, { variable }: Parameter, slot: string): Variable {
  return new Variable(graph, `${variable.name}/${slot}`, variable.shape);
}

/** One of TensorFlow's fused training nodes. It changes the variables among its inputs in place. */
export function apply(
  graph: Graph,
  kind: string,
  { variable }: Parameter,
  inputs: readonly GraphTensor[],
  attributes: Readonly<Record<string, Attribute>> = {},
  controls: readonly Runnable[] = [],
): Runnable {
  return graph.addEffect({
    kind,
    name: `${variable.name}/update`,
    inputs: [variable.handle, ...inputs],
    controls,
    attributes: { T: { type: 'float32' }, use_locking: { bool: false }, ...attributes },
  });
}
