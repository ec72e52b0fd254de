import { GraphError, requireFloat, requireRank, type Graph, type GraphTensor } from '../graph';

/** Which of the two are taken transposed. */
interface Transposed {
  readonly left?: boolean;
  readonly right?: boolean;
}

/** Matrix product. `left` [n, k], `right` [k, m], float32 or float64, either given transposed; gives [n, m]. */
export function matMul(
  graph: Graph,
  name: string,
  left: GraphTensor,
  right: GraphTensor,
  transposed: Transposed = {},
): GraphTensor {
  const dtype = requireFloat(name, left, right);
  const { left: a = false, right: b = false } = transposed;
  const [rows, shared] = sides(name, left, a);
  const [others, columns] = sides(name, right, b);
  if (shared !== others) {
    throw new GraphError(
      name,
      `${left.name} has ${String(shared ?? 'unknown')} columns, ${right.name} has ${String(others ?? 'unknown')} rows`,
    );
  }
  const product = (part: string, first: GraphTensor, second: GraphTensor, of: Transposed): GraphTensor =>
    matMul(graph, part, first, second, of);
  return graph.add({
    kind: 'MatMul',
    name,
    inputs: [left, right],
    attributes: { T: { type: dtype }, transpose_a: { bool: a }, transpose_b: { bool: b } },
    output: { dtype, shape: [rows, columns] },
    gradient: (upstream) => [
      a ? product('left', right, upstream, { left: b, right: true }) : product('left', upstream, right, { right: !b }),
      b ? product('right', upstream, left, { left: true, right: a }) : product('right', left, upstream, { left: !a }),
    ],
  });
}

function sides(node: string, input: GraphTensor, transposed: boolean): [number | null, number | null] {
  const [rows = null, columns = null] = requireRank(node, input, 2);
  return transposed ? [columns, rows] : [rows, columns];
}
