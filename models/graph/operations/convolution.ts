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
import { windowOutput, type WindowOptions } from './window';

/** 2-D convolution. `input` float32 [n, h, w, in], `filter` float32 [kh, kw, in, out]; gives [n, h', w', out]. */
export function conv2d(
  graph: Graph,
  name: string,
  input: GraphTensor,
  filter: GraphTensor,
  options: WindowOptions,
): GraphTensor {
  const dtype = requireFloat(name, input, filter);
  const channels = requireSide(name, input, 3);
  if (requireSide(name, filter, 2) !== channels) {
    throw new GraphError(
      name,
      `${input.name} has ${String(channels)} channels, ${filter.name} takes ${String(filter.shape[2])}`,
    );
  }
  const shape = [...windowOutput(name, input, kernelOf(name, filter), options), requireSide(name, filter, 3)];
  return graph.add({
    kind: 'Conv2D',
    name,
    inputs: [input, filter],
    attributes: attributesOf(dtype, options),
    output: { dtype, shape },
    gradient: (upstream) =>
      backward(graph, ['Conv2DBackpropInput', 'Conv2DBackpropFilter'], input, filter, upstream, options),
  });
}

/** Depthwise 2-D convolution. `input` float32 [n, h, w, c], `filter` float32 [kh, kw, c, m]; gives [n, h', w', c * m]. */
export function depthwiseConv2d(
  graph: Graph,
  name: string,
  input: GraphTensor,
  filter: GraphTensor,
  options: WindowOptions,
): GraphTensor {
  const dtype = requireFloat(name, input, filter);
  const channels = requireSide(name, input, 3);
  if (requireSide(name, filter, 2) !== channels) {
    throw new GraphError(
      name,
      `${input.name} has ${String(channels)} channels, ${filter.name} takes ${String(filter.shape[2])}`,
    );
  }
  const shape = [
    ...windowOutput(name, input, kernelOf(name, filter), options),
    channels * requireSide(name, filter, 3),
  ];
  return graph.add({
    kind: 'DepthwiseConv2dNative',
    name,
    inputs: [input, filter],
    attributes: attributesOf(dtype, options),
    output: { dtype, shape },
    gradient: (upstream) =>
      backward(
        graph,
        ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
        input,
        filter,
        upstream,
        options,
      ),
  });
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

/** Derivatives of the input and of the filter by TensorFlow's own nodes for them. */
function backward(
  graph: Graph,
  [ofInput, ofFilter]: readonly [string, string],
  input: GraphTensor,
  filter: GraphTensor,
  upstream: GraphTensor,
  options: WindowOptions,
): readonly [GraphTensor, GraphTensor] {
  const dtype = requireFloat(upstream.name, upstream);
  const attributes = attributesOf(dtype, options);
  return [
    graph.add({
      kind: ofInput,
      name: 'input',
      inputs: [shapeOf(graph, 'input/shape', input), filter, upstream],
      attributes,
      output: { dtype, shape: input.shape },
    }),
    graph.add({
      kind: ofFilter,
      name: 'filter',
      inputs: [input, shapeOf(graph, 'filter/shape', filter), upstream],
      attributes,
      output: { dtype, shape: filter.shape },
    }),
  ];
}

function attributesOf(dtype: DataType, { stride, padding }: WindowOptions): Parameters<Graph['add']>[0]['attributes'] {
  return {
    T: { type: dtype },
    strides: { ints: [1, stride, stride, 1] },
    dilations: { ints: [1, 1, 1, 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
  };
}

function kernelOf(node: string, filter: GraphTensor): readonly [number, number] {
  requireRank(node, filter, 4);
  return [requireSide(node, filter, 0), requireSide(node, filter, 1)];
}
