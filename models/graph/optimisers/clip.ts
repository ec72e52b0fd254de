import { requireType, type Graph, type GraphTensor } from '../graph';
import { addAll, div, maximum, mul, scalar, sqrt } from '../operations/arithmetic';
import { halfSquares } from '../operations/reduction';

/** Derivatives scaled so that their global norm (the root of the sum of all squares) is at most `limit` (Pascanu, Mikolov and Bengio 2013). float32. */
export function clipByGlobalNorm(
  graph: Graph,
  derivatives: readonly GraphTensor[],
  limit: number,
): readonly GraphTensor[] {
  return graph.within('clip', () => {
    requireType('clip', 'float32', ...derivatives);
    const halves = derivatives.map((each) => halfSquares(graph, 'half', each));
    const norm = sqrt(graph, 'norm', mul(graph, 'squares', addAll(graph, 'halves', halves), scalar(graph, 'two', 2)));
    const most = scalar(graph, 'limit', limit);
    const factor = div(graph, 'factor', most, maximum(graph, 'greater', norm, most));
    return derivatives.map((each) => mul(graph, 'clipped', each, factor));
  });
}
