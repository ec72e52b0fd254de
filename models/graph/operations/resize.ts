import { requireRank, requireType, type Graph, type GraphTensor } from '../graph';

/** Resizes images float32 [n, h, w, c] to `sides`, bilinearly with half-pixel centres and without antialiasing, as Keras' Resizing does. No derivative flows back. */
export function resizeBilinear(
  graph: Graph,
  name: string,
  images: GraphTensor,
  sides: readonly [number, number],
): GraphTensor {
  requireType(name, 'float32', images);
  const shape = requireRank(name, images, 4);
  return graph.add({
    kind: 'ResizeBilinear',
    name,
    inputs: [images, graph.constant(`${name}/sides`, Int32Array.from(sides), [2])],
    attributes: { T: { type: 'float32' }, align_corners: { bool: false }, half_pixel_centers: { bool: true } },
    output: { dtype: 'float32', shape: [shape[0] ?? null, ...sides, shape[3] ?? null] },
  });
}
