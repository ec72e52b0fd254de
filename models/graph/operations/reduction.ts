import { requireRank, requireSide, requireType, type Graph, type GraphTensor } from '../graph';

/** Mean over height and width (global average pooling). `input` float32 [n, h, w, c]; gives [n, c], or [n, 1, 1, c] with `keep`. */
export function spatialMean(graph: Graph, name: string, input: GraphTensor, keep = false): GraphTensor {
  requireType(name, 'float32', input);
  const [batch = null] = requireRank(name, input, 4);
  const channels = requireSide(name, input, 3);
  const axes = graph.constant(`${name}/axes`, Int32Array.of(1, 2), [2]);
  return graph.add({
    kind: 'Mean',
    name,
    inputs: [input, axes],
    attributes: { T: { type: 'float32' }, Tidx: { type: 'int32' }, keep_dims: { bool: keep } },
    output: { dtype: 'float32', shape: keep ? [batch, 1, 1, channels] : [batch, channels] },
  });
}
