import { efficientNetLite } from '../architectures/efficientNetLite';
import type { Graph, GraphTensor } from '../graph/graph';
import { add, maximum, mul, sqrt, square, sub } from '../graph/operations/arithmetic';
import { spatialMean } from '../graph/operations/reduction';
import { cast, concat } from '../graph/operations/shape';
import { lower } from '../lowering/lower';
import { assignPretrained } from '../pretrained/assign';
import type { Pretrained } from '../pretrained/load';

/** The pooled features of one tensor of the backbone: a vector of means and one of standard deviations over the image, both float32 [n, channels]. */
export interface Pooled {
  readonly mean: GraphTensor;
  readonly deviation: GraphTensor;
}

/**
 * Adds the frozen backbone with its features: mean and standard deviation over the image of the output of every block
 * but the last (the top activation, made for ImageNet's classes, costs accuracy here: docs/benchmarks.md).
 * `pixels` uint8 or float32 [n, size, size, 3] RGB, 0..255; gives float32 [n, features].
 */
export function addFeatures(graph: Graph, pixels: GraphTensor, size: number, pretrained: Pretrained): GraphTensor {
  const blocks = addBackbone(graph, pixels, size, pretrained).slice(0, -1);
  return pooledBlocks(graph, blocks);
}

/** Adds the mean and the standard deviation over the image of each of `blocks`, float32 [n, height, width, channels], as one tensor float32 [n, features]. */
export function pooledBlocks(graph: Graph, blocks: readonly GraphTensor[]): GraphTensor {
  const pooled = blocks.flatMap((block) => {
    const { mean, deviation } = addPooled(graph, block);
    return [mean, deviation];
  });
  return concat(graph, 'features', pooled);
}

/** Adds the frozen backbone on `pixels` uint8 or float32 [n, size, size, 3] RGB, 0..255; gives the output of every block, the top activation last, float32 [n, height, width, channels]. */
export function addBackbone(graph: Graph, pixels: GraphTensor, size: number, pretrained: Pretrained): GraphTensor[] {
  const centre = graph.constant('preprocess/centre', Float32Array.of(127), []);
  const scale = graph.constant('preprocess/scale', Float32Array.of(1 / 128), []);
  const values = cast(graph, 'preprocess/cast', pixels, 'float32');
  const input = mul(graph, 'preprocess', sub(graph, 'preprocess/centred', values, centre), scale);
  const { model, blocks } = efficientNetLite('lite0', size);
  try {
    assignPretrained(model, pretrained);
    const tensors = lower(graph, model, input);
    return blocks.map((block) => {
      const tensor = tensors.get(block);
      if (!tensor) throw new Error(`The backbone has no block "${block}".`);
      return tensor;
    });
  } finally {
    model.dispose();
  }
}

/** Adds the mean and the standard deviation over height and width of `block`, float32 [n, height, width, channels]. */
export function addPooled(graph: Graph, block: GraphTensor): Pooled {
  const name = `features/${block.name}`;
  const mean = spatialMean(graph, `${name}/mean`, block);
  const meanSquare = spatialMean(graph, `${name}/mean_square`, square(graph, `${name}/square`, block));
  // Rounding may take the variance of a flat channel below zero.
  const spread = sub(graph, `${name}/spread`, meanSquare, square(graph, `${name}/squared_mean`, mean));
  const floor = graph.constant(`${name}/floor`, Float32Array.of(0), []);
  const epsilon = graph.constant(`${name}/epsilon`, Float32Array.of(1e-5), []);
  const variance = maximum(graph, `${name}/variance`, spread, floor);
  return { mean, deviation: sqrt(graph, `${name}/deviation`, add(graph, `${name}/shifted`, variance, epsilon)) };
}
