import type { Graph, GraphTensor } from '../graph/graph';
import { relu, relu6, sigmoid, softmax, swish } from '../graph/operations/activation';

type Activation = (graph: Graph, name: string, input: GraphTensor) => GraphTensor;

const ACTIVATIONS: Readonly<Record<string, Activation | null>> = { linear: null, relu, relu6, sigmoid, swish, softmax };

/** Adds an activation by tf.layers' name for it. Throws for one that has no lowering. */
export function activate(graph: Graph, name: string, activation: string, input: GraphTensor): GraphTensor {
  const add = ACTIVATIONS[activation];
  if (add === undefined) throw new Error(`"${name}": the activation ${activation} has no lowering.`);
  return add === null ? input : add(graph, name, input);
}
