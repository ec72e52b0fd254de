import type { tf } from '../backend/tensorflow';
import type { Graph, GraphTensor } from '../graph/graph';
import { relu, relu6, softmax } from '../graph/operations/activation';
import { add, mul } from '../graph/operations/arithmetic';
import { biasAdd, conv2d, depthwiseConv2d } from '../graph/operations/convolution';
import { matMul } from '../graph/operations/matMul';
import { spatialMean } from '../graph/operations/reduction';

type LayersModel = ReturnType<typeof tf.model>;
type Layer = LayersModel['layers'][number];

/** The scale and offset that batch norm comes down to at inference. */
interface Affine {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/**
 * Adds a tf.layers model to a graph as inference runs it: weights as constants, batch norm folded into the convolution before it, dropout gone.
 * Gives the tensor of every layer by the layer's name. The model stays the caller's. Throws for a layer that has no lowering, naming it.
 */
export function lower(graph: Graph, model: LayersModel, input: GraphTensor): ReadonlyMap<string, GraphTensor> {
  const tensors = new Map<string, GraphTensor>();
  const followers = followersOf(model);
  const folded = new Map<string, Layer>();
  for (const layer of model.layers) {
    const inputs = inboundLayers(layer).map((each) => {
      const tensor = tensors.get(each.name);
      if (!tensor) throw new Error(`Layer "${layer.name}" comes before its input "${each.name}".`);
      return tensor;
    });
    const [first] = inputs;
    const kind = layer.getClassName();
    if (kind === 'InputLayer') {
      tensors.set(layer.name, input);
    } else if (!first) {
      throw new Error(`Layer "${layer.name}" has no input.`);
    } else if (kind === 'Conv2D' || kind === 'DepthwiseConv2D') {
      const next = followers.get(layer.name) ?? [];
      const norm = next.length === 1 && next[0]?.getClassName() === 'BatchNormalization' ? next[0] : null;
      if (norm) folded.set(norm.name, layer);
      tensors.set(layer.name, activated(graph, layer, convolution(graph, layer, norm, first)));
    } else if (kind === 'BatchNormalization') {
      tensors.set(layer.name, folded.has(layer.name) ? first : batchNorm(graph, layer, first));
    } else {
      tensors.set(layer.name, simple(graph, layer, kind, inputs, first));
    }
  }
  return tensors;
}

function simple(
  graph: Graph,
  layer: Layer,
  kind: string,
  inputs: readonly GraphTensor[],
  first: GraphTensor,
): GraphTensor {
  const { name } = layer;
  switch (kind) {
    case 'ReLU':
      return layer.getConfig().maxValue === 6 ? relu6(graph, name, first) : relu(graph, name, first);
    case 'Add':
      return inputs
        .slice(1)
        .reduce((sum, next, index) => add(graph, index === 0 ? name : `${name}/${String(index)}`, sum, next), first);
    case 'GlobalAveragePooling2D':
      return spatialMean(graph, name, first);
    case 'Dropout':
      return first;
    case 'Dense': {
      const { kernel, bias } = weightsOf(layer);
      if (!kernel) throw new Error(`Layer "${name}" has no kernel.`);
      const product = matMul(graph, name, first, graph.constant(`${name}/kernel`, kernel.data, kernel.shape));
      const output = bias
        ? biasAdd(graph, `${name}/biased`, product, graph.constant(`${name}/bias`, bias.data, bias.shape))
        : product;
      return activated(graph, layer, output);
    }
    default:
      throw new Error(`Layer "${name}" is a ${kind}, which has no lowering.`);
  }
}

/** A convolution with the batch norm that follows it folded in: y = s (w * x) + (b s + o) = (s w) * x + (b s + o). */
function convolution(graph: Graph, layer: Layer, norm: Layer | null, input: GraphTensor): GraphTensor {
  const { name } = layer;
  const weights = weightsOf(layer);
  const kernel = weights.kernel ?? weights.depthwise_kernel;
  if (!kernel) throw new Error(`Layer "${name}" has no kernel.`);
  const depthwise = layer.getClassName() === 'DepthwiseConv2D';
  const outputs = depthwise ? (kernel.shape[2] ?? 0) * (kernel.shape[3] ?? 0) : (kernel.shape[3] ?? 0);
  const affine = norm ? affineOf(norm) : null;
  const data = Float32Array.from(kernel.data, (value, index) => value * (affine?.scale[index % outputs] ?? 1));
  const filter = graph.constant(`${name}/kernel`, data, kernel.shape);
  const config = layer.getConfig();
  const strides: unknown = config.strides;
  const stride: unknown = Array.isArray(strides) ? strides[0] : strides;
  if (typeof stride !== 'number') throw new Error(`Layer "${name}" has no stride.`);
  const options = { stride, padding: config.padding === 'same' ? ('SAME' as const) : ('VALID' as const) };
  const output = depthwise
    ? depthwiseConv2d(graph, name, input, filter, options)
    : conv2d(graph, name, input, filter, options);
  const bias = weights.bias;
  if (!affine && !bias) return output;
  const offset = Float32Array.from({ length: outputs }, (_, index) => {
    return (bias?.data[index] ?? 0) * (affine?.scale[index] ?? 1) + (affine?.offset[index] ?? 0);
  });
  return biasAdd(graph, `${name}/biased`, output, graph.constant(`${name}/bias`, offset, [outputs]));
}

function batchNorm(graph: Graph, layer: Layer, input: GraphTensor): GraphTensor {
  const { scale, offset } = affineOf(layer);
  const scaled = mul(graph, layer.name, input, graph.constant(`${layer.name}/scale`, scale, [scale.length]));
  return add(graph, `${layer.name}/moved`, scaled, graph.constant(`${layer.name}/offset`, offset, [offset.length]));
}

/** gamma (x - mean) / sqrt(variance + epsilon) + beta as scale and offset, computed in double precision. */
function affineOf(layer: Layer): Affine {
  const { gamma, beta, moving_mean: mean, moving_variance: variance } = weightsOf(layer);
  const epsilon = layer.getConfig().epsilon;
  if (!mean || !variance || typeof epsilon !== 'number') throw new Error(`Layer "${layer.name}" is no batch norm.`);
  const scale = new Float32Array(mean.data.length);
  const offset = new Float32Array(mean.data.length);
  for (let index = 0; index < scale.length; index++) {
    const factor = (gamma?.data[index] ?? 1) / Math.sqrt((variance.data[index] ?? 0) + epsilon);
    scale[index] = factor;
    offset[index] = (beta?.data[index] ?? 0) - (mean.data[index] ?? 0) * factor;
  }
  return { scale, offset };
}

function activated(graph: Graph, layer: Layer, input: GraphTensor): GraphTensor {
  const activation: unknown = layer.getConfig().activation;
  switch (activation) {
    case undefined:
    case null:
    case 'linear':
      return input;
    case 'relu':
      return relu(graph, `${layer.name}/relu`, input);
    case 'softmax':
      return softmax(graph, `${layer.name}/softmax`, input);
    default:
      throw new Error(`Layer "${layer.name}" has the activation ${JSON.stringify(activation)}, which has no lowering.`);
  }
}

/** A layer's weights by the last part of their names ("stem_bn/gamma" -> "gamma"). */
function weightsOf(layer: Layer): Record<string, { data: Float32Array; shape: number[] } | undefined> {
  const values = layer.getWeights();
  return Object.fromEntries(
    layer.weights.map((variable, index) => {
      const value = values[index];
      const data = value?.dataSync();
      if (!value || !(data instanceof Float32Array)) throw new Error(`Weight ${variable.name} is not float32.`);
      return [weightName(variable.name), { data, shape: value.shape }];
    }),
  );
}

/** The last part of a weight's name, without the "_1" that tfjs appends when a name is used again in one process. */
export function weightName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/_\d+$/, '');
}

function inboundLayers(layer: Layer): readonly Layer[] {
  const node = layer.inboundNodes[0];
  return node ? node.inboundLayers : [];
}

function followersOf(model: LayersModel): Map<string, Layer[]> {
  const followers = new Map<string, Layer[]>();
  for (const layer of model.layers) {
    for (const before of inboundLayers(layer))
      followers.set(before.name, [...(followers.get(before.name) ?? []), layer]);
  }
  return followers;
}
