import { describeShape, GraphError, requireFloat, type Graph, type GraphTensor, type Shape } from '../graph';

/** Whether two static shapes are equal; the batch is equal to itself. */
export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((side, axis) => side === right[axis]);
}

/** The shape that two tensors broadcast to, as NumPy has it. The batch broadcasts to itself and over 1. Throws GraphError where they do not. */
export function broadcastShape(node: string, left: GraphTensor, right: GraphTensor): Shape {
  const rank = Math.max(left.shape.length, right.shape.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = sideOf(left.shape, axis - rank);
    const b = sideOf(right.shape, axis - rank);
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    throw new GraphError(node, `[${describeShape(left.shape)}] and [${describeShape(right.shape)}] do not broadcast`);
  });
}

/** `derivative` of something to which `input` was broadcast, as derivative of `input`: summed over the sides that were repeated. */
export function sumTo(graph: Graph, name: string, derivative: GraphTensor, input: GraphTensor): GraphTensor {
  const extra = derivative.shape.length - input.shape.length;
  const repeated = derivative.shape.flatMap((side, axis) =>
    axis >= extra && input.shape[axis - extra] === 1 && side !== 1 ? [axis] : [],
  );
  const leading = Array.from({ length: Math.max(extra, 0) }, (_, axis) => axis);
  const kept = repeated.length > 0 ? reduce(graph, 'Sum', name, derivative, repeated, true) : derivative;
  return leading.length > 0 ? reduce(graph, 'Sum', `${name}/leading`, kept, leading, false) : kept;
}

/** `input` repeated to the shape of `like`. float32 or float64. */
export function broadcastTo(graph: Graph, name: string, input: GraphTensor, like: GraphTensor): GraphTensor {
  return graph.add({
    kind: 'BroadcastTo',
    name,
    inputs: [input, shapeOf(graph, `${name}/shape`, like)],
    attributes: { T: { type: requireFloat(name, input) }, Tidx: { type: 'int32' } },
    output: { dtype: input.dtype, shape: like.shape },
  });
}

/** The shape of a tensor as int32 [rank]: a constant where it is known. */
export function shapeOf(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  const known = input.shape.filter((side) => side !== null);
  const rank = input.shape.length;
  if (known.length === rank) return graph.constant(name, Int32Array.from(known), [rank]);
  return graph.add({
    kind: 'Shape',
    name,
    inputs: [input],
    attributes: { T: { type: input.dtype }, out_type: { type: 'int32' } },
    output: { dtype: 'int32', shape: [rank] },
  });
}

/** The batch of a tensor: its first side as an int32 scalar. */
export function batchOf(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  const one = (part: string, value: number): GraphTensor =>
    graph.constant(`${name}/${part}`, Int32Array.of(value), [1]);
  return graph.add({
    kind: 'StridedSlice',
    name,
    inputs: [shapeOf(graph, `${name}/shape`, input), one('begin', 0), one('end', 1), one('step', 1)],
    attributes: { T: { type: 'int32' }, Index: { type: 'int32' }, shrink_axis_mask: { int: 1 } },
    output: { dtype: 'int32', shape: [] },
  });
}

/** A sum or mean over `axes` (0 is the first) without a gradient; reduction.ts has those with one. Throws GraphError if an axis is not there. */
export function reduce(
  graph: Graph,
  kind: 'Sum' | 'Mean',
  name: string,
  input: GraphTensor,
  axes: readonly number[],
  keep: boolean,
  gradient?: (upstream: GraphTensor) => readonly (GraphTensor | null)[],
): GraphTensor {
  const dtype = requireFloat(name, input);
  const missing = axes.find((axis) => input.shape[axis] === undefined);
  if (missing !== undefined) throw new GraphError(name, `${input.name} has no axis ${String(missing)}`);
  const shape = keep
    ? input.shape.map((side, axis) => (axes.includes(axis) ? 1 : side))
    : input.shape.filter((_, axis) => !axes.includes(axis));
  return graph.add({
    kind,
    name,
    inputs: [input, graph.constant(`${name}/axes`, Int32Array.from(axes), [axes.length])],
    attributes: { T: { type: dtype }, Tidx: { type: 'int32' }, keep_dims: { bool: keep } },
    output: { dtype, shape },
    ...(gradient ? { gradient } : {}),
  });
}

/** A side counted from the last (-1), 1 beyond the first. */
function sideOf(shape: Shape, fromEnd: number): number | null {
  const side = shape.at(fromEnd);
  return fromEnd + shape.length < 0 || side === undefined ? 1 : side;
}
