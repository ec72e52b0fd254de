import { describeShape, GraphError, requireType, type DataType, type Graph, type GraphTensor } from '../graph';

/** The values as another dtype. */
export function cast(graph: Graph, name: string, input: GraphTensor, dtype: DataType): GraphTensor {
  return graph.add({
    kind: 'Cast',
    name,
    inputs: [input],
    attributes: { SrcT: { type: input.dtype }, DstT: { type: dtype } },
    output: { dtype, shape: input.shape },
  });
}

/** Joins tensors of rank 2 along the last dimension: [n, a], [n, b], ... gives [n, a + b + ...]. float32. */
export function concat(graph: Graph, name: string, inputs: readonly GraphTensor[]): GraphTensor {
  requireType(name, 'float32', ...inputs);
  const first = inputs[0];
  if (!first) throw new GraphError(name, 'nothing to join');
  let width = 0;
  for (const { name: input, shape } of inputs) {
    const last = shape.at(-1);
    if (shape.length !== 2 || typeof last !== 'number' || shape[0] !== first.shape[0]) {
      throw new GraphError(
        name,
        `${input} [${describeShape(shape)}] cannot be joined to [${describeShape(first.shape)}]`,
      );
    }
    width += last;
  }
  const axis = graph.constant(`${name}/axis`, Int32Array.of(1), []);
  return graph.add({
    kind: 'ConcatV2',
    name,
    inputs: [...inputs, axis],
    attributes: { T: { type: 'float32' }, N: { int: inputs.length }, Tidx: { type: 'int32' } },
    output: { dtype: 'float32', shape: [first.shape[0] ?? null, width] },
  });
}
