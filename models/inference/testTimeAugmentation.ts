import type { Views } from '#shared/domain/testTimeAugmentation';
import type { Graph, GraphTensor } from '../graph/graph';
import { clip } from '../graph/operations/elementwise';
import { joinBatches, splitBatch } from '../graph/operations/portions';
import { mean } from '../graph/operations/reduction';
import { stack, transpose } from '../graph/operations/selection';
import { cast, reverse } from '../graph/operations/shape';

/**
 * Adds a network that sees several views of each image (test-time augmentation), every one an exact rearrangement of `pixels` (uint8 [n, side, side, 3]), without resampling.
 * `logitsOf` adds the network once, on all views as one batch (float32 [n * views, side, side, 3], 0..255; the pixels themselves for one view), and gives logits float32 [n * views, classes].
 * Gives their mean over the views, float32 [n, classes].
 *
 * The mean of logits is the normalised geometric mean of the views' probabilities. A temperature fitted on single views nearly holds for it: where views agree, their mean is as large as each of them,
 * whereas a mean of probabilities is flatter wherever they differ. docs/benchmarks.md has the calibration error with and without views.
 */
export function addViews(
  graph: Graph,
  pixels: GraphTensor,
  views: Views,
  logitsOf: (pixels: GraphTensor) => GraphTensor,
): GraphTensor {
  if (views === 1) return logitsOf(pixels);
  const values = cast(graph, 'views/cast', pixels, 'float32');
  // Cuts nothing, but keeps TensorFlow from moving the cast behind the transposition: it would log as an error that oneDNN transposes bytes on AVX-512 alone.
  const seen = viewsOf(graph, clip(graph, 'views/values', values, 0, 255), views);
  const logits = splitBatch(graph, 'views/logits', logitsOf(joinBatches(graph, 'views', seen)), seen.length);
  return mean(graph, 'views/mean', stack(graph, 'views/stacked', logits, 0), [0]);
}

/** The views of images [n, height, width, channels], the image as it is first. */
function viewsOf(graph: Graph, pixels: GraphTensor, views: 2 | 4 | 8): GraphTensor[] {
  const quarters = views === 2 ? [pixels] : quarterTurns(graph, pixels);
  const mirrored = quarters.map((turned, index) => reverse(graph, `views/mirrored${String(index)}`, turned, [2]));
  return views === 4 ? quarters : [...quarters, ...mirrored];
}

/** The image turned by none, one, two and three quarters. */
function quarterTurns(graph: Graph, pixels: GraphTensor): GraphTensor[] {
  const transposed = transpose(graph, 'views/transposed', pixels, [0, 2, 1, 3]);
  return [
    pixels,
    reverse(graph, 'views/turned1', transposed, [1]),
    reverse(graph, 'views/turned2', pixels, [1, 2]),
    reverse(graph, 'views/turned3', transposed, [2]),
  ];
}
