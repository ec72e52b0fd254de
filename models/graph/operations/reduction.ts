import { GraphError, requireFloat, requireRank, type Graph, type GraphTensor } from '../graph';
import { div, mul, scalar } from './arithmetic';
import { batchOf, reduce } from './broadcast';
import { cast, reshape } from './shape';

/** Sum over `axes` (0 is the first), whose sides are gone or, with `keep`, 1. float32 or float64. Throws GraphError if an axis is not there. */
export function sum(
  graph: Graph,
  name: string,
  input: GraphTensor,
  axes: readonly number[],
  keep = false,
): GraphTensor {
  return reduce(graph, 'Sum', name, input, axes, keep, (upstream) => [spread(graph, upstream, input, axes, keep)]);
}

/** Mean over `axes`, as `sum`. */
export function mean(
  graph: Graph,
  name: string,
  input: GraphTensor,
  axes: readonly number[],
  keep = false,
): GraphTensor {
  return reduce(graph, 'Mean', name, input, axes, keep, (upstream) => {
    // Divided while it is small, before it is repeated.
    return [spread(graph, divided(graph, upstream, input, axes), input, axes, keep)];
  });
}

/** Mean over height and width (global average pooling). `input` float32 [n, h, w, c]; gives [n, c], or [n, 1, 1, c] with `keep`. */
export function spatialMean(graph: Graph, name: string, input: GraphTensor, keep = false): GraphTensor {
  requireRank(name, input, 4);
  return mean(graph, name, input, [1, 2], keep);
}

/** Half the sum of all squares (TensorFlow's L2Loss), a scalar. float32 or float64. */
export function halfSquares(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  const dtype = requireFloat(name, input);
  return graph.add({
    kind: 'L2Loss',
    name,
    inputs: [input],
    attributes: { T: { type: dtype } },
    output: { dtype, shape: [] },
    gradient: (upstream) => [mul(graph, 'input', input, upstream)],
  });
}

/** `upstream` over the number of values that each mean was taken of. */
function divided(graph: Graph, upstream: GraphTensor, input: GraphTensor, axes: readonly number[]): GraphTensor {
  const dtype = requireFloat(upstream.name, upstream);
  const sides = axes.map((axis) => input.shape[axis] ?? null);
  const known = sides.reduce<number>((product, side) => product * (side ?? 1), 1);
  const share = mul(graph, 'share', upstream, scalar(graph, 'share/factor', 1 / known, dtype));
  if (!sides.includes(null)) return share;
  if (sides.filter((side) => side === null).length > 1 || input.shape.indexOf(null) !== 0) {
    throw new GraphError(input.name, 'only the first side may be unknown under a mean');
  }
  const batch = cast(graph, 'batch/value', batchOf(graph, 'batch', input), dtype);
  return div(graph, 'batch/share', share, batch);
}

/** `upstream` in a shape that broadcasts to that of `input`: reduced sides are 1. */
function spread(
  graph: Graph,
  upstream: GraphTensor,
  input: GraphTensor,
  axes: readonly number[],
  keep: boolean,
): GraphTensor {
  if (keep || upstream.shape.length === 0) return upstream;
  const shape = input.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  return reshape(graph, 'reshaped', upstream, shape);
}
