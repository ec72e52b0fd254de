import { GraphError, requireRank, requireSide, requireType, type Graph, type GraphTensor } from '../graph';

/** Matrix product. `left` float32 [n, k], `right` float32 [k, m]; gives [n, m]. */
export function matMul(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  requireType(name, 'float32', left, right);
  const [rows = null] = requireRank(name, left, 2);
  requireRank(name, right, 2);
  if (requireSide(name, left, 1) !== requireSide(name, right, 0)) {
    throw new GraphError(
      name,
      `${left.name} has ${String(left.shape[1])} columns, ${right.name} has ${String(right.shape[0])} rows`,
    );
  }
  return graph.add({
    kind: 'MatMul',
    name,
    inputs: [left, right],
    attributes: { T: { type: 'float32' }, transpose_a: { bool: false }, transpose_b: { bool: false } },
    output: { dtype: 'float32', shape: [rows, requireSide(name, right, 1)] },
  });
}
