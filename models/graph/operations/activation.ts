import { requireRank, type Graph, type GraphTensor } from '../graph';
import { unary } from './arithmetic';

/** max(x, 0). float32. */
export function relu(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Relu', name, input);
}

/** min(max(x, 0), 6). float32. */
export function relu6(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Relu6', name, input);
}

/** Probabilities over the last dimension. `logits` float32 [n, classes]. */
export function softmax(graph: Graph, name: string, logits: GraphTensor): GraphTensor {
  requireRank(name, logits, 2);
  return unary(graph, 'Softmax', name, logits);
}
