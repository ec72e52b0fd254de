import { GraphError, requireRank, requireSide, requireType, type Graph, type GraphTensor, type Shape } from '../graph';
import { sameShape } from './broadcast';

// Taking tensors apart and putting them together again. Without gradients.

/** The rows along `axis`, each a tensor without that side, which must be known. */
export function unstack(graph: Graph, name: string, input: GraphTensor, axis: number): readonly GraphTensor[] {
  const count = requireSide(name, input, axis);
  const shape = input.shape.filter((_, at) => at !== axis);
  return graph.addMultiple({
    kind: 'Unpack',
    name,
    inputs: [input],
    attributes: { T: { type: input.dtype }, num: { int: count }, axis: { int: axis } },
    outputs: Array.from({ length: count }, () => ({ dtype: input.dtype, shape })),
  });
}

/** Tensors of one shape and dtype as one, with a new side at `axis`. Throws GraphError if they differ. */
export function stack(graph: Graph, name: string, inputs: readonly GraphTensor[], axis: number): GraphTensor {
  const first = inputs[0];
  if (!first) throw new GraphError(name, 'nothing to stack');
  requireType(name, first.dtype, ...inputs);
  const odd = inputs.find(({ shape }) => !sameShape(shape, first.shape));
  if (odd) throw new GraphError(name, `${odd.name} does not have the shape of ${first.name}`);
  return graph.add({
    kind: 'Pack',
    name,
    inputs,
    attributes: { T: { type: first.dtype }, N: { int: inputs.length }, axis: { int: axis } },
    output: { dtype: first.dtype, shape: [...first.shape.slice(0, axis), inputs.length, ...first.shape.slice(axis)] },
  });
}

/** The numbers of the rows where `condition` (bool [n]) holds, int64 [m, 1]. */
export function rowsWhere(graph: Graph, name: string, condition: GraphTensor): GraphTensor {
  requireType(name, 'bool', condition);
  requireRank(name, condition, 1);
  return graph.add({
    kind: 'Where',
    name,
    inputs: [condition],
    attributes: { T: { type: 'bool' } },
    output: { dtype: 'int64', shape: [null, 1] },
  });
}

/** The rows of these numbers. `input` [n, ...], `rows` int32 or int64 [m]; gives [m, ...]. TensorFlow refuses a number that is out of range. */
export function gather(graph: Graph, name: string, input: GraphTensor, rows: GraphTensor): GraphTensor {
  requireRank(name, rows, 1);
  return gatherAt(graph, name, input, rows, 0, [rows.shape[0] ?? null, ...input.shape.slice(1)]);
}

/** From each row of `input` [n, k] the values at these places: `places` int32 [n, m]; gives [n, m]. */
export function gatherWithin(graph: Graph, name: string, input: GraphTensor, places: GraphTensor): GraphTensor {
  requireRank(name, input, 2);
  return gatherAt(graph, name, input, places, 1, requireRank(name, places, 2));
}

/** `input` [n, ...] with the rows of these numbers (int64 [m, 1]) replaced by `updates` [m, ...]. */
export function replaceRows(
  graph: Graph,
  name: string,
  input: GraphTensor,
  rows: GraphTensor,
  updates: GraphTensor,
): GraphTensor {
  requireType(name, input.dtype, updates);
  requireType(name, 'int64', rows);
  if (!sameShape(input.shape.slice(1), updates.shape.slice(1))) {
    throw new GraphError(name, `rows of ${updates.name} do not fit into ${input.name}`);
  }
  return graph.add({
    kind: 'TensorScatterUpdate',
    name,
    inputs: [input, rows, updates],
    attributes: { T: { type: input.dtype }, Tindices: { type: 'int64' } },
    output: { dtype: input.dtype, shape: input.shape },
  });
}

/** The `count` greatest values of each row in falling order. `input` float32 [n, k]; gives [n, count]. */
export function greatest(graph: Graph, name: string, input: GraphTensor, count: number): GraphTensor {
  requireType(name, 'float32', input);
  const [rows = null] = requireRank(name, input, 2);
  if (count < 1 || count > requireSide(name, input, 1)) throw new GraphError(name, `no ${String(count)} values a row`);
  const [values] = graph.addMultiple({
    kind: 'TopKV2',
    name,
    inputs: [input, graph.constant(`${name}/count`, Int32Array.of(count), [])],
    attributes: { T: { type: 'float32' }, sorted: { bool: true } },
    outputs: [
      { dtype: 'float32', shape: [rows, count] },
      { dtype: 'int32', shape: [rows, count] },
    ],
  });
  return values;
}

/** 0, 1, 2, ... up to below `end` (int32 scalar), which is `count` where that is known before the run. int32 [n]. */
export function range(graph: Graph, name: string, end: GraphTensor, count: number | null): GraphTensor {
  requireType(name, 'int32', end);
  const bound = (part: string, value: number): GraphTensor =>
    graph.constant(`${name}/${part}`, Int32Array.of(value), []);
  return graph.add({
    kind: 'Range',
    name,
    inputs: [bound('start', 0), end, bound('step', 1)],
    attributes: { Tidx: { type: 'int32' } },
    output: { dtype: 'int32', shape: [count] },
  });
}

/** The sides in another order: side i of the result is side `order[i]` of `input`. */
export function transpose(graph: Graph, name: string, input: GraphTensor, order: readonly number[]): GraphTensor {
  if (order.length !== input.shape.length || new Set(order).size !== order.length) {
    throw new GraphError(name, `[${order.join(', ')}] is no order of the sides of ${input.name}`);
  }
  return graph.add({
    kind: 'Transpose',
    name,
    inputs: [input, graph.constant(`${name}/order`, Int32Array.from(order), [order.length])],
    attributes: { T: { type: input.dtype }, Tperm: { type: 'int32' } },
    output: { dtype: input.dtype, shape: order.map((axis) => input.shape[axis] ?? null) },
  });
}

function gatherAt(
  graph: Graph,
  name: string,
  input: GraphTensor,
  places: GraphTensor,
  axis: 0 | 1,
  shape: Shape,
): GraphTensor {
  return graph.add({
    kind: 'GatherV2',
    name,
    inputs: [input, places, graph.constant(`${name}/axis`, Int32Array.of(axis), [])],
    attributes: {
      Tparams: { type: input.dtype },
      Tindices: { type: places.dtype },
      Taxis: { type: 'int32' },
      batch_dims: { int: axis },
    },
    output: { dtype: input.dtype, shape },
  });
}
