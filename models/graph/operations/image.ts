import { GraphError, requireRank, requireSide, requireType, type Graph, type GraphTensor } from '../graph';

// Operations on pictures. Without gradients: they prepare pixels.

/**
 * Resamples images bilinearly where a transform leads, in one pass; beyond the border the image goes on mirrored, its edge pixels twice (TensorFlow's and Keras' "reflect").
 * `images` float32 [n, h, w, c], `transforms` float32 [n, 8] as TensorFlow has them: output pixel (x, y) is input pixel ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1.
 */
export function projectiveTransform(
  graph: Graph,
  name: string,
  images: GraphTensor,
  transforms: GraphTensor,
): GraphTensor {
  requireType(name, 'float32', images, transforms);
  requireRank(name, images, 4);
  const sides = [requireSide(name, images, 1), requireSide(name, images, 2)];
  return graph.add({
    kind: 'ImageProjectiveTransformV3',
    name,
    inputs: [
      images,
      transforms,
      graph.constant(`${name}/sides`, Int32Array.from(sides), [2]),
      graph.constant(`${name}/fill`, Float32Array.of(0), []),
    ],
    attributes: {
      dtype: { type: 'float32' },
      interpolation: { string: 'BILINEAR' },
      fill_mode: { string: 'REFLECT' },
    },
    output: { dtype: 'float32', shape: images.shape },
  });
}

/** How often each of the values 0 to `size` - 1 stands in each row. `input` int32 [n, k]; gives float32 [n, size]. */
export function histogram(graph: Graph, name: string, input: GraphTensor, size: number): GraphTensor {
  requireType(name, 'int32', input);
  const [rows = null] = requireRank(name, input, 2);
  if (size < 1) throw new GraphError(name, 'a histogram has at least one value');
  return graph.add({
    kind: 'DenseBincount',
    name,
    inputs: [
      input,
      graph.constant(`${name}/size`, Int32Array.of(size), []),
      graph.constant(`${name}/weights`, new Float32Array(0), [0]),
    ],
    attributes: { Tidx: { type: 'int32' }, T: { type: 'float32' }, binary_output: { bool: false } },
    output: { dtype: 'float32', shape: [rows, size] },
  });
}

/** The sum of all values before each along the last side; 0 at the first. float32. */
export function sumBefore(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  requireType(name, 'float32', input);
  return graph.add({
    kind: 'Cumsum',
    name,
    inputs: [input, graph.constant(`${name}/axis`, Int32Array.of(input.shape.length - 1), [])],
    attributes: {
      T: { type: 'float32' },
      Tidx: { type: 'int32' },
      exclusive: { bool: true },
      reverse: { bool: false },
    },
    output: { dtype: 'float32', shape: input.shape },
  });
}

/** The smallest or greatest value over `axes`, whose sides are 1 then. float32. */
export function extreme(
  graph: Graph,
  kind: 'Min' | 'Max',
  name: string,
  input: GraphTensor,
  axes: readonly number[],
): GraphTensor {
  requireType(name, 'float32', input);
  return graph.add({
    kind,
    name,
    inputs: [input, graph.constant(`${name}/axes`, Int32Array.from(axes), [axes.length])],
    attributes: { T: { type: 'float32' }, Tidx: { type: 'int32' }, keep_dims: { bool: true } },
    output: { dtype: 'float32', shape: input.shape.map((side, axis) => (axes.includes(axis) ? 1 : side)) },
  });
}
