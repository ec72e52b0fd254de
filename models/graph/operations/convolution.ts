import {
  GraphError,
  requireFloat,
  requireRank,
  requireSide,
  type DataType,
  type Graph,
  type GraphTensor,
} from '../graph';
import { shapeOf } from './broadcast';
import { matMul } from './matMul';
import { reshape } from './shape';
import { windowOutput, type WindowOptions } from './window';

/** Pixels of an image up to which a matrix product is faster than oneDNN's derivatives of a convolution of one pixel, a tenth to a half (oneDNN 3.7, AVX-512; squeeze-and-excitation gains most). */
const FEW_PIXELS = 256;

/** 2-D convolution. `input` float32 [n, h, w, in], `filter` float32 [kh, kw, in, out]; gives [n, h', w', out]. */
export function conv2d(
  graph: Graph,
  name: string,
  input: GraphTensor,
  filter: GraphTensor,
  options: WindowOptions,
): GraphTensor {
  const { dtype, kernel } = requireFilter(name, input, filter);
  const shape = [...windowOutput(name, input, kernel, options), requireSide(name, filter, 3)];
  const isPointwise = kernel.every((side) => side === 1) && options.stride === 1;
  return graph.add({
    kind: 'Conv2D',
    name,
    inputs: [input, filter],
    attributes: attributesOf(dtype, options),
    output: { dtype, shape },
    gradient: (upstream) =>
      isPointwise && pixelsOf(input) <= FEW_PIXELS
        ? asProducts(graph, input, filter, upstream)
        : [
            ofInput(graph, 'Conv2DBackpropInput', { input, filter, upstream }, options),
            ofFilter(graph, 'Conv2DBackpropFilter', { input, filter, upstream }, options),
          ],
  });
}

/** Derivatives of the input and of the filter of a convolution of one pixel, as matrix products over all pixels of the batch. */
function asProducts(
  graph: Graph,
  input: GraphTensor,
  filter: GraphTensor,
  upstream: GraphTensor,
): readonly [GraphTensor, GraphTensor] {
  const rows = (name: string, tensor: GraphTensor): GraphTensor => {
    const [batch = null, height = null, width = null, channels = null] = tensor.shape;
    const count = batch === null ? null : batch * Number(height) * Number(width);
    return reshape(graph, name, tensor, [count, channels]);
  };
  const derivatives = rows('upstream', upstream);
  const weights = reshape(graph, 'input/filter', filter, filter.shape.slice(2));
  const products = matMul(graph, 'input/product', derivatives, weights, { right: true });
  const sums = matMul(graph, 'filter/product', rows('filter/input', input), derivatives, { left: true });
  return [reshape(graph, 'input', products, input.shape), reshape(graph, 'filter', sums, filter.shape)];
}

function pixelsOf(image: GraphTensor): number {
  return requireSide(image.name, image, 1) * requireSide(image.name, image, 2);
}

/** Adds a vector to the last dimension. `input` float32 [..., c], `bias` float32 [c]. */
export function biasAdd(graph: Graph, name: string, input: GraphTensor, bias: GraphTensor): GraphTensor {
  const dtype = requireFloat(name, input, bias);
  requireRank(name, bias, 1);
  if (requireSide(name, input, input.shape.length - 1) !== requireSide(name, bias, 0)) {
    throw new GraphError(
      name,
      `${bias.name} has ${String(bias.shape[0])} values for ${String(input.shape.at(-1))} channels`,
    );
  }
  return graph.add({
    kind: 'BiasAdd',
    name,
    inputs: [input, bias],
    attributes: { T: { type: dtype }, data_format: { string: 'NHWC' } },
    output: { dtype, shape: input.shape },
    gradient: (upstream) => [
      upstream,
      graph.add({
        kind: 'BiasAddGrad',
        name: 'bias',
        inputs: [upstream],
        attributes: { T: { type: dtype }, data_format: { string: 'NHWC' } },
        output: { dtype, shape: bias.shape },
      }),
    ],
  });
}

/** What a derivative of a convolution is made of; `upstream` is that of its output. */
interface Convolution {
  readonly input: GraphTensor;
  readonly filter: GraphTensor;
  readonly upstream: GraphTensor;
}

/** Derivative of the input by TensorFlow's own node for it. */
export function ofInput(
  graph: Graph,
  kind: string,
  { input, filter, upstream }: Convolution,
  options: WindowOptions,
): GraphTensor {
  const dtype = requireFloat(upstream.name, upstream);
  return graph.add({
    kind,
    name: 'input',
    inputs: [shapeOf(graph, 'input/shape', input), filter, upstream],
    attributes: attributesOf(dtype, options),
    output: { dtype, shape: input.shape },
  });
}

/** Derivative of the filter by TensorFlow's own node for it. */
export function ofFilter(
  graph: Graph,
  kind: string,
  { input, filter, upstream }: Convolution,
  options: WindowOptions,
): GraphTensor {
  const dtype = requireFloat(upstream.name, upstream);
  return graph.add({
    kind,
    name: 'filter',
    inputs: [input, shapeOf(graph, 'filter/shape', filter), upstream],
    attributes: attributesOf(dtype, options),
    output: { dtype, shape: filter.shape },
  });
}

/** Attributes of a convolution's node and of those of its derivatives. */
export function attributesOf(
  dtype: DataType,
  { stride, padding }: WindowOptions,
): Parameters<Graph['add']>[0]['attributes'] {
  return {
    T: { type: dtype },
    strides: { ints: [1, stride, stride, 1] },
    dilations: { ints: [1, 1, 1, 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
  };
}

/** Height and width of a filter [kh, kw, in, out], and the dtype of both. Throws GraphError where it takes other channels than the image has. */
export function requireFilter(
  node: string,
  input: GraphTensor,
  filter: GraphTensor,
): { readonly dtype: DataType; readonly channels: number; readonly kernel: readonly [number, number] } {
  const dtype = requireFloat(node, input, filter);
  requireRank(node, filter, 4);
  const [channels, taken] = [requireSide(node, input, 3), requireSide(node, filter, 2)];
  if (taken !== channels)
    throw new GraphError(node, `${input.name} has ${String(channels)} channels, ${filter.name} takes ${String(taken)}`);
  return { dtype, channels, kernel: [requireSide(node, filter, 0), requireSide(node, filter, 1)] };
}
