import { GraphError, requireRank, requireSide, requireType, type Graph, type GraphTensor, type Shape } from '../graph';

interface ConvolutionOptions {
  readonly stride: number;
  /** TensorFlow's rules; SAME pads more at the end where the padding is odd. */
  readonly padding: 'SAME' | 'VALID';
}

/** 2-D convolution. `input` float32 [n, h, w, in], `filter` float32 [kh, kw, in, out]; gives [n, h', w', out]. */
export function conv2d(
  graph: Graph,
  name: string,
  input: GraphTensor,
  filter: GraphTensor,
  options: ConvolutionOptions,
): GraphTensor {
  requireType(name, 'float32', input, filter);
  const channels = requireSide(name, input, 3);
  if (requireSide(name, filter, 2) !== channels) {
    throw new GraphError(
      name,
      `${input.name} has ${String(channels)} channels, ${filter.name} takes ${String(filter.shape[2])}`,
    );
  }
  const shape = [...spatialOutput(name, input, filter, options), requireSide(name, filter, 3)];
  return graph.add({
    kind: 'Conv2D',
    name,
    inputs: [input, filter],
    attributes: attributesOf(options),
    output: { dtype: 'float32', shape },
  });
}

/** Depthwise 2-D convolution. `input` float32 [n, h, w, c], `filter` float32 [kh, kw, c, m]; gives [n, h', w', c * m]. */
export function depthwiseConv2d(
  graph: Graph,
  name: string,
  input: GraphTensor,
  filter: GraphTensor,
  options: ConvolutionOptions,
): GraphTensor {
  requireType(name, 'float32', input, filter);
  const channels = requireSide(name, input, 3);
  if (requireSide(name, filter, 2) !== channels) {
    throw new GraphError(
      name,
      `${input.name} has ${String(channels)} channels, ${filter.name} takes ${String(filter.shape[2])}`,
    );
  }
  const shape = [...spatialOutput(name, input, filter, options), channels * requireSide(name, filter, 3)];
  return graph.add({
    kind: 'DepthwiseConv2dNative',
    name,
    inputs: [input, filter],
    attributes: attributesOf(options),
    output: { dtype: 'float32', shape },
  });
}

/** Adds a vector to the last dimension. `input` float32 [..., c], `bias` float32 [c]. */
export function biasAdd(graph: Graph, name: string, input: GraphTensor, bias: GraphTensor): GraphTensor {
  requireType(name, 'float32', input, bias);
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
    attributes: { T: { type: 'float32' }, data_format: { string: 'NHWC' } },
    output: { dtype: 'float32', shape: input.shape },
  });
}

function attributesOf({ stride, padding }: ConvolutionOptions): Parameters<Graph['add']>[0]['attributes'] {
  return {
    T: { type: 'float32' },
    strides: { ints: [1, stride, stride, 1] },
    dilations: { ints: [1, 1, 1, 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
  };
}

function spatialOutput(node: string, input: GraphTensor, filter: GraphTensor, options: ConvolutionOptions): Shape {
  const [batch = null] = requireRank(node, input, 4);
  requireRank(node, filter, 4);
  const side = (axis: 1 | 2): number => {
    const length = requireSide(node, input, axis);
    const kernel = requireSide(node, filter, axis - 1);
    const steps = options.padding === 'SAME' ? length : length - kernel + 1;
    if (steps < 1)
      throw new GraphError(node, `a kernel of ${String(kernel)} does not fit into ${String(length)} pixels`);
    return Math.ceil(steps / options.stride);
  };
  return [batch, side(1), side(2)];
}
