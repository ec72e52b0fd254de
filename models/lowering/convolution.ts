import { z } from 'zod';
import type { Layer } from '../backend/tensorflow';
import type { Graph, GraphTensor } from '../graph/graph';
import { mul } from '../graph/operations/arithmetic';
import { biasAdd, conv2d } from '../graph/operations/convolution';
import { depthwiseConv2d } from '../graph/operations/depthwiseConvolution';
import { activate } from './activation';
import { affineOf, type Affine } from './affine';
import { weightsOf } from './layerWeights';
import type { WeightSource } from './weightSource';

const configSchema = z.object({
  kernelSize: z.array(z.int()).length(2),
  strides: z.array(z.int()).length(2),
  padding: z.enum(['same', 'valid']),
  activation: z.string(),
});

interface ConvolutionConfig {
  /** Side of the kernel, pixels. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: 'SAME' | 'VALID';
  readonly activation: string;
}

/** Whether a layer is a convolution, over all channels together or each by itself. */
export function isConvolution(layer: Layer): boolean {
  return ['Conv2D', 'DepthwiseConv2D'].includes(layer.getClassName());
}

export function convolutionConfig(layer: Layer): ConvolutionConfig {
  const { kernelSize, strides, padding, activation } = configSchema.parse(layer.getConfig());
  const [kernel = 0, other] = kernelSize;
  const [stride = 0, otherStride] = strides;
  if (kernel !== other || stride !== otherStride) throw new Error(`Layer "${layer.name}" is not square.`);
  return { kernel, stride, padding: padding === 'same' ? 'SAME' : 'VALID', activation };
}

interface ConvolutionParts {
  /** Pads as SAME whatever the layer itself says, for the layer of zeros before it. */
  readonly padded: boolean;
  /** The frozen batch norm behind it. */
  readonly norm: Layer | null;
}

/**
 * A convolution with what belongs to it. A frozen batch norm goes into kernel and bias, y = s (w * x + b) + o = (s w) * x + (s b + o): into their values where the convolution
 * is frozen too, and otherwise into the kernel as it is read, which is much smaller than the image.
 */
export function lowerConvolution(
  graph: Graph,
  weights: WeightSource,
  layer: Layer,
  input: GraphTensor,
  { padded, norm }: ConvolutionParts,
): GraphTensor {
  const { name } = layer;
  const { stride, padding, activation } = convolutionConfig(layer);
  const depthwise = layer.getClassName() === 'DepthwiseConv2D';
  const affine = norm && affineOf([norm]);
  const { kernel, bias } = weights.trains(layer)
    ? trainedWeights(graph, weights, layer, depthwise, affine)
    : frozenWeights(graph, layer, depthwise, affine);
  const options = { stride, padding: padded ? ('SAME' as const) : padding };
  const convolve = depthwise ? depthwiseConv2d : conv2d;
  let output = convolve(graph, name, input, kernel, options);
  if (bias) output = biasAdd(graph, `${name}/biased`, output, bias);
  return activate(graph, `${name}/${activation}`, activation, output);
}

interface Weights {
  readonly kernel: GraphTensor;
  readonly bias: GraphTensor | null;
}

function frozenWeights(graph: Graph, layer: Layer, depthwise: boolean, affine: Affine | null): Weights {
  const weights = weightsOf(layer);
  const kernel = weights.get(kernelName(depthwise));
  if (!kernel) throw new Error(`Layer "${layer.name}" has no kernel.`);
  const outputs = channelsOf(kernel.shape, depthwise);
  const scaled = affine ? kernel.data.map((value, index) => value * (affine.scale[index % outputs] ?? 1)) : kernel.data;
  const bias = weights.get('bias')?.data;
  const offset = Float32Array.from(
    { length: outputs },
    (_, index) => (bias?.[index] ?? 0) * (affine?.scale[index] ?? 1) + (affine?.offset[index] ?? 0),
  );
  return {
    kernel: graph.constant(`${layer.name}/kernel`, scaled, kernel.shape),
    bias: affine || bias ? graph.constant(`${layer.name}/bias`, offset, [outputs]) : null,
  };
}

function trainedWeights(
  graph: Graph,
  weights: WeightSource,
  layer: Layer,
  depthwise: boolean,
  affine: Affine | null,
): Weights {
  const { name } = layer;
  const kernel = weights.tensor(layer, kernelName(depthwise));
  const bias = weightsOf(layer).has('bias') ? weights.tensor(layer, 'bias') : null;
  if (!affine) return { kernel, bias };
  const outputs = affine.scale.length;
  const scale = graph.constant(
    `${name}/scale`,
    affine.scale,
    depthwise ? kernel.shape.slice(2).map(Number) : [outputs],
  );
  const offset = graph.constant(`${name}/offset`, affine.offset, [outputs]);
  if (bias) throw new Error(`Layer "${name}" has a bias before a batch norm, which has no lowering where it trains.`);
  return { kernel: mul(graph, `${name}/scaled`, kernel, scale), bias: offset };
}

function kernelName(depthwise: boolean): string {
  return depthwise ? 'depthwise_kernel' : 'kernel';
}

function channelsOf(shape: readonly number[], depthwise: boolean): number {
  return depthwise ? (shape[2] ?? 0) * (shape[3] ?? 0) : (shape[3] ?? 0);
}
