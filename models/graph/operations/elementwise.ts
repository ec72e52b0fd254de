import { GraphError, requireType, type DataType, type Graph, type GraphTensor } from '../graph';
import { broadcastShape } from './broadcast';

// Functions of single values that no gradient is needed of: what prepares pixels, not what learns from them.

/** Sine of each value, in radians. float32. */
export function sin(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return each(graph, 'Sin', name, input);
}

/** Cosine of each value, in radians. float32. */
export function cos(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return each(graph, 'Cos', name, input);
}

/** e to the power of each value. float32. */
export function exp(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return each(graph, 'Exp', name, input);
}

/** Natural logarithm of each value. float32. */
export function log(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return each(graph, 'Log', name, input);
}

/** The next whole number down. float32. */
export function floor(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return each(graph, 'Floor', name, input);
}

/** Distance from 0. float32. */
export function abs(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return each(graph, 'Abs', name, input);
}

/** The smaller of the two, broadcast. float32. */
export function minimum(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return pair(graph, 'Minimum', name, left, right, 'float32', 'float32');
}

/** The remainder that has the sign of `right`, broadcast. int32. */
export function floorMod(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return pair(graph, 'FloorMod', name, left, right, 'int32', 'int32');
}

/** left + right of whole numbers, broadcast. int32. */
export function addIntegers(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return pair(graph, 'AddV2', name, left, right, 'int32', 'int32');
}

/** Whether left < right, broadcast. float32; gives bool. */
export function less(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return pair(graph, 'Less', name, left, right, 'float32', 'bool');
}

/** Whether left >= right, broadcast. float32; gives bool. */
export function greaterEqual(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return pair(graph, 'GreaterEqual', name, left, right, 'float32', 'bool');
}

/** Whether both are true, broadcast. bool. */
export function and(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  requireType(name, 'bool', left, right);
  const output = { dtype: 'bool', shape: broadcastShape(name, left, right) } as const;
  return graph.add({ kind: 'LogicalAnd', name, inputs: [left, right], attributes: {}, output });
}

/** `yes` where `condition` (bool) holds, else `no`; all three broadcast. Throws GraphError if the dtypes of the two differ. */
export function select(
  graph: Graph,
  name: string,
  condition: GraphTensor,
  yes: GraphTensor,
  no: GraphTensor,
): GraphTensor {
  requireType(name, 'bool', condition);
  requireType(name, yes.dtype, no);
  const shape = broadcastShape(name, condition, { ...yes, shape: broadcastShape(name, yes, no) });
  return graph.add({
    kind: 'SelectV2',
    name,
    inputs: [condition, yes, no],
    attributes: { T: { type: yes.dtype } },
    output: { dtype: yes.dtype, shape },
  });
}

/** Values cut to [low, high]. float32. Throws GraphError if low > high. */
export function clip(graph: Graph, name: string, input: GraphTensor, low: number, high: number): GraphTensor {
  requireType(name, 'float32', input);
  if (low > high) throw new GraphError(name, `${String(low)} is above ${String(high)}`);
  const limit = (part: string, value: number): GraphTensor =>
    graph.constant(`${name}/${part}`, Float32Array.of(value), []);
  return graph.add({
    kind: 'ClipByValue',
    name,
    inputs: [input, limit('low', low), limit('high', high)],
    attributes: { T: { type: 'float32' } },
    output: { dtype: 'float32', shape: input.shape },
  });
}

function each(graph: Graph, kind: string, name: string, input: GraphTensor): GraphTensor {
  requireType(name, 'float32', input);
  return graph.add({
    kind,
    name,
    inputs: [input],
    attributes: { T: { type: 'float32' } },
    output: { dtype: 'float32', shape: input.shape },
  });
}

function pair(
  graph: Graph,
  kind: string,
  name: string,
  left: GraphTensor,
  right: GraphTensor,
  dtype: 'float32' | 'int32',
  result: DataType,
): GraphTensor {
  requireType(name, dtype, left, right);
  return graph.add({
    kind,
    name,
    inputs: [left, right],
    attributes: { T: { type: dtype } },
    output: { dtype: result, shape: broadcastShape(name, left, right) },
  });
}
