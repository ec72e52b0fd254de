import { GraphError, requireSide, requireType, type Graph, type GraphTensor } from '../graph';
import { broadcastShape } from './broadcast';

/** Products of matrices in pairs: [..., a, b] times [..., b, c] gives [..., a, c]; the sides before them broadcast. float32. Without a gradient. */
export function batchMatMul(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  requireType(name, 'float32', left, right);
  const inner = requireSide(name, left, left.shape.length - 1);
  if (requireSide(name, right, right.shape.length - 2) !== inner) {
    throw new GraphError(name, `${left.name} has ${String(inner)} columns, ${right.name} not as many rows`);
  }
  const before = broadcastShape(
    name,
    { ...left, shape: left.shape.slice(0, -2) },
    { ...right, shape: right.shape.slice(0, -2) },
  );
  return graph.add({
    kind: 'BatchMatMulV2',
    name,
    inputs: [left, right],
    attributes: { T: { type: 'float32' }, adj_x: { bool: false }, adj_y: { bool: false } },
    output: { dtype: 'float32', shape: [...before, left.shape.at(-2) ?? null, right.shape.at(-1) ?? null] },
  });
}
