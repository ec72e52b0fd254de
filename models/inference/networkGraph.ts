import type { Precision } from '#shared/domain/precision';
import type { FitRecipe } from '#shared/domain/recipe';
import type { Views } from '#shared/domain/testTimeAugmentation';
import type { Network } from '../architectures/network';
import { Graph, type GraphTensor } from '../graph/graph';
import { softmax } from '../graph/operations/activation';
import { mul, sub } from '../graph/operations/arithmetic';
import { resizeBilinear } from '../graph/operations/resize';
import { cast } from '../graph/operations/shape';
import { encodeSavedModel } from '../graph/savedModel';
import { lower } from '../lowering/lower';
import { inBranches, type Branches } from './branches';
import { addViews } from './testTimeAugmentation';

/** What a model is to whoever runs it. */
export interface ServedGraph {
  readonly graph: Graph;
  /** RGB bytes [n, side, side, 3]. */
  readonly pixels: GraphTensor;
  /** float32 [n, classes]; their mean where it sees several views of an image. */
  readonly logits: GraphTensor;
  /** softmax(logits / temperature), float32 [n, classes]. */
  readonly probabilities: GraphTensor;
}

export interface Serving {
  /** Divides the logits. 1 if not given. */
  readonly temperature?: number;
  /** How many views of each image the network sees. One if not given. */
  readonly views?: Views;
  /** Of the network's weights and values between its preprocessing and its logits, both of which are float32. float32 if not given. */
  readonly precision?: Precision;
  /** Where there are two, all views of a batch together must be even. One if not given. */
  readonly branches?: Branches;
}

/** The graph of a recipe's network as inference runs it: weights as constants, batch norm folded. The network stays the caller's. */
export function networkGraph(
  { workingSize, inputSize }: Pick<FitRecipe, 'workingSize' | 'inputSize'>,
  { model, input }: Network,
  { temperature = 1, views = 1, precision = 'float32', branches = 1 }: Serving = {},
): ServedGraph {
  const graph = new Graph();
  const pixels = graph.placeholder('pixels', 'uint8', [null, workingSize, workingSize, 3]);
  const network = (part: GraphTensor): GraphTensor => {
    const values = cast(graph, 'pixels/cast', part, 'float32');
    const prepared = addPreprocessing(graph, values, inputSize, input);
    const tensors = graph.inPrecision(precision, () =>
      lower(graph, model, inDataType(graph, 'preprocess/precision', prepared, precision)),
    );
    const output = tensors.get(model.layers.at(-1)?.name ?? '');
    if (!output) throw new Error('A network ends in a layer.');
    return inDataType(graph, 'logits/precision', output, 'float32');
  };
  const logits = addViews(graph, pixels, views, (seen) => inBranches(graph, seen, branches, network));
  return { graph, pixels, logits, probabilities: calibrated(graph, logits, temperature) };
}

/** softmax(logits / temperature), float32 [n, classes]. */
export function calibrated(graph: Graph, logits: GraphTensor, temperature: number): GraphTensor {
  const scale = graph.constant('calibrate/scale', Float32Array.of(1 / temperature), []);
  return softmax(graph, 'probabilities', mul(graph, 'calibrate', logits, scale));
}

/** The bytes of the frozen graph as a SavedModel: `pixels` in, `logits` and `probabilities` out. */
export function servedModel({ graph, pixels, logits, probabilities }: ServedGraph): Uint8Array {
  return encodeSavedModel(graph, { inputs: { pixels }, outputs: { logits, probabilities } });
}

/**
 * Brings pixels float32 [n, side, side, 3], 0..255, to what a network takes: resized to `size` where they are not (bilinear, half-pixel centres, as Keras' Resizing), centred and scaled.
 */
export function addPreprocessing(
  graph: Graph,
  pixels: GraphTensor,
  size: number,
  { centre, scale }: Network['input'],
): GraphTensor {
  const sized = resized(graph, 'preprocess/resize', pixels, size);
  if (centre === 0 && scale === 1) return sized;
  const middle = graph.constant('preprocess/centre', Float32Array.of(centre), []);
  const factor = graph.constant('preprocess/scale', Float32Array.of(scale), []);
  return mul(graph, 'preprocess', sub(graph, 'preprocess/centred', sized, middle), factor);
}

/** Pixels float32 [n, side, side, 3] at `size`; the same tensor where they are of that size. */
export function resized(graph: Graph, name: string, pixels: GraphTensor, size: number): GraphTensor {
  return pixels.shape[1] === size ? pixels : resizeBilinear(graph, name, pixels, [size, size]);
}

function inDataType(graph: Graph, name: string, tensor: GraphTensor, dtype: Precision): GraphTensor {
  return tensor.dtype === dtype ? tensor : cast(graph, name, tensor, dtype);
}
