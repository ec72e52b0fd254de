import { efficientNetLite } from '../architectures/efficientNetLite';
import type { Graph, GraphTensor } from '../graph/graph';
import { add, maximum, mul, sqrt, square, sub } from '../graph/operations/arithmetic';
import { spatialMean } from '../graph/operations/reduction';
import { cast, concat } from '../graph/operations/shape';
import { lower } from '../lowering/lower';
import { assignPretrained } from '../pretrained/assign';
import type { Pretrained } from '../pretrained/load';

/**
 * Adds the frozen backbone with its features: mean and standard deviation over the image of the output of every block
 * but the last (the top activation, made for ImageNet's classes, costs accuracy here: docs/benchmarks.md).
 * `pixels` uint8 [n, size, size, 3] RGB; gives float32 [n, features].
 */
export function addFeatures(graph: Graph, pixels: GraphTensor, size: number, pretrained: Pretrained): GraphTensor {
  const centre = graph.constant('preprocess/centre', Float32Array.of(127), []);
  const scale = graph.constant('preprocess/scale', Float32Array.of(1 / 128), []);
  const values = cast(graph, 'preprocess/cast', pixels, 'float32');
  const input = mul(graph, 'preprocess', sub(graph, 'preprocess/centred', values, centre), scale);

  const { model, blocks } = efficientNetLite('lite0', size);
  let tensors: ReadonlyMap<string, GraphTensor>;
  try {
    assignPretrained(model, pretrained);
    tensors = lower(graph, model, input);
  } finally {
    model.dispose();
  }
  const floor = graph.constant('features/floor', Float32Array.of(0), []);
  const epsilon = graph.constant('features/epsilon', Float32Array.of(1e-5), []);
  const pooled = blocks.slice(0, -1).flatMap((block) => {
    const tensor = tensors.get(block);
    if (!tensor) throw new Error(`The backbone has no block "${block}".`);
    const mean = spatialMean(graph, `features/${block}/mean`, tensor);
    const meanSquare = spatialMean(
      graph,
      `features/${block}/mean_square`,
      square(graph, `features/${block}/square`, tensor),
    );
    // Rounding may take the variance of a flat channel below zero.
    const spread = sub(
      graph,
      `features/${block}/spread`,
      meanSquare,
      square(graph, `features/${block}/squared_mean`, mean),
    );
    const variance = maximum(graph, `features/${block}/variance`, spread, floor);
    return [
      mean,
      sqrt(graph, `features/${block}/deviation`, add(graph, `features/${block}/shifted`, variance, epsilon)),
    ];
  });
  return concat(graph, 'features', pooled);
}
