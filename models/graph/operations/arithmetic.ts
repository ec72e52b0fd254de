import { describeShape, GraphError, requireType, type Graph, type GraphTensor, type Shape } from '../graph';

type Binary = (graph: Graph, name: string, left: GraphTensor, right: GraphTensor) => GraphTensor;

/** left + right, broadcast as in NumPy. float32. */
export const add: Binary = (graph, name, left, right) => binary(graph, 'AddV2', name, left, right);
/** left - right, broadcast. float32. */
export const sub: Binary = (graph, name, left, right) => binary(graph, 'Sub', name, left, right);
/** left * right, broadcast. float32. */
export const mul: Binary = (graph, name, left, right) => binary(graph, 'Mul', name, left, right);
/** The greater of the two, broadcast. float32. */
export const maximum: Binary = (graph, name, left, right) => binary(graph, 'Maximum', name, left, right);

/** Square root of each value. float32. */
export function sqrt(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Sqrt', name, input);
}

/** Square of each value. float32. */
export function square(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Square', name, input);
}

/** One node of one float32 input that keeps its shape. */
export function unary(graph: Graph, kind: string, name: string, input: GraphTensor): GraphTensor {
  requireType(name, 'float32', input);
  return graph.add({
    kind,
    name,
    inputs: [input],
    attributes: { T: { type: 'float32' } },
    output: { dtype: 'float32', shape: input.shape },
  });
}

function binary(graph: Graph, kind: string, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  requireType(name, 'float32', left, right);
  return graph.add({
    kind,
    name,
    inputs: [left, right],
    attributes: { T: { type: 'float32' } },
    output: { dtype: 'float32', shape: broadcastShape(name, left, right) },
  });
}

function broadcastShape(node: string, left: GraphTensor, right: GraphTensor): Shape {
  const rank = Math.max(left.shape.length, right.shape.length);
  return Array.from({ length: rank }, (_, index) => {
    const a = left.shape.at(index - rank) ?? (index - rank + left.shape.length < 0 ? 1 : null);
    const b = right.shape.at(index - rank) ?? (index - rank + right.shape.length < 0 ? 1 : null);
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    throw new GraphError(node, `[${describeShape(left.shape)}] and [${describeShape(right.shape)}] do not broadcast`);
  });
}
