import { GraphError, requireType, type Graph, type GraphTensor } from '../graph';
import { sameShape } from './broadcast';

/** Tensors of one shape and dtype one after the other along the first side (the batch, which they share): [n, ...] each; gives [n * inputs, ...]. Throws GraphError if they differ. */
export function joinBatches(graph: Graph, name: string, inputs: readonly GraphTensor[]): GraphTensor {
  const first = inputs[0];
  if (!first) throw new GraphError(name, 'nothing to join');
  requireType(name, first.dtype, ...inputs);
  const odd = inputs.find(({ shape }) => !sameShape(shape, first.shape));
  if (odd) throw new GraphError(name, `${odd.name} does not have the shape of ${first.name}`);
  const [batch = null, ...others] = first.shape;
  return graph.add({
    kind: 'ConcatV2',
    name,
    inputs: [...inputs, graph.constant(`${name}/axis`, Int32Array.of(0), [])],
    attributes: { T: { type: first.dtype }, N: { int: inputs.length }, Tidx: { type: 'int32' } },
    output: { dtype: first.dtype, shape: [batch === null ? null : batch * inputs.length, ...others] },
    gradient: (upstream) => splitBatch(graph, 'inputs', upstream, inputs.length),
  });
}

/** What `joinBatches` joined, in its order: [n * count, ...] as `count` tensors [n, ...]. TensorFlow refuses a batch that does not divide. */
export function splitBatch(graph: Graph, name: string, input: GraphTensor, count: number): readonly GraphTensor[] {
  const [batch = null, ...others] = input.shape;
  if (batch !== null && batch % count !== 0) throw new GraphError(name, `${String(batch)} rows in ${String(count)}`);
  const output = { dtype: input.dtype, shape: [batch === null ? null : batch / count, ...others] };
  return graph.addMultiple({
    kind: 'Split',
    name,
    inputs: [graph.constant(`${name}/axis`, Int32Array.of(0), []), input],
    attributes: { T: { type: input.dtype }, num_split: { int: count } },
    outputs: Array.from({ length: count }, () => output),
    gradient: (upstream, outputs) => [
      null,
      joinBatches(
        graph,
        'input',
        outputs.map((part, index) => upstream[index] ?? zeros(graph, `unused${String(index)}`, part)),
      ),
    ],
  });
}

function zeros(graph: Graph, name: string, like: GraphTensor): GraphTensor {
  const { dtype, shape } = like;
  return graph.add({
    kind: 'ZerosLike',
    name,
    inputs: [like],
    attributes: { T: { type: dtype } },
    output: { dtype, shape },
  });
}
