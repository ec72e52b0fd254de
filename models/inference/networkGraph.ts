import type { Precision } from '#shared/domain/precision';
import type { FitRecipe } from '#shared/domain/recipe';
import type { Network } from '../architectures/network';
import { Graph, type GraphTensor } from '../graph/graph';
import { mul, sub } from '../graph/operations/arithmetic';
import { resizeBilinear } from '../graph/operations/resize';
import { cast } from '../graph/operations/shape';
import { encodeSavedModel } from '../graph/savedModel';
import { lower } from '../lowering/lower';
import { inboundLayers } from '../lowering/topology';
import { pooledBlocks } from './features';
import { serve, type Seeing, type Seen, type ServedGraph } from './seen';

/** One view, in one branch, without further columns and a temperature, in float32 where nothing else is given. */
export interface Serving extends Partial<Seeing> {
  /** Of the network's weights and values between its preprocessing and its logits, both of which are float32. */
  readonly precision?: Precision;
}

/** The graph of a recipe's network as inference runs it: weights as constants, batch norm folded. The network stays the caller's. */
export function networkGraph(
  { workingSize, inputSize }: Pick<FitRecipe, 'workingSize' | 'inputSize'>,
  { model, blocks, input }: Network,
  { temperature = 1, views = 1, precision = 'float32', branches = 1, addColumns = () => null }: Serving = {},
): ServedGraph {
  const graph = new Graph();
  const pixels = graph.placeholder('pixels', 'uint8', [null, workingSize, workingSize, 3]);
  const network = (part: GraphTensor): Seen => {
    const values = cast(graph, 'pixels/cast', part, 'float32');
    const prepared = addPreprocessing(graph, values, inputSize, input);
    const tensors = graph.inPrecision(precision, () =>
      lower(graph, model, inDataType(graph, 'preprocess/precision', prepared, precision)),
    );
    const output = model.layers.at(-1);
    const before = output && inboundLayers(output)[0];
    const tensorOf = (layer: string | undefined): GraphTensor => {
      const tensor = tensors.get(layer ?? '');
      if (!tensor) throw new Error(`The network has no layer "${layer ?? ''}".`);
      return inDataType(graph, `${layer ?? ''}/float32`, tensor, 'float32');
    };
    return {
      logits: tensorOf(output?.name),
      pool: tensorOf(before?.name),
      blocks: () => pooledBlocks(graph, blocks.map(tensorOf)),
    };
  };
  return serve(graph, pixels, network, { temperature, views, branches, addColumns });
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
