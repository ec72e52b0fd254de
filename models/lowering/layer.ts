import { z } from 'zod';
import type { Layer } from '../backend/tensorflow';
import type { Graph, GraphTensor } from '../graph/graph';
import { leakyRelu, relu, relu6 } from '../graph/operations/activation';
import { add, mul } from '../graph/operations/arithmetic';
import { batchNorm } from '../graph/operations/batchNorm';
import { biasAdd } from '../graph/operations/convolution';
import { dropout } from '../graph/operations/dropout';
import { matMul } from '../graph/operations/matMul';
import { averagePool, maxPool } from '../graph/operations/pooling';
import { spatialMean } from '../graph/operations/reduction';
import { pad, reshape } from '../graph/operations/shape';
import { activate } from './activation';
import { weightsOf } from './layerWeights';
import type { WeightSource } from './weightSource';

/** What lowering a layer may need beside its inputs. */
export interface LayerContext {
  readonly graph: Graph;
  readonly weights: WeightSource;
  /** int32 [2], fed per step; null at inference, where nothing is dropped. */
  readonly seed: GraphTensor | null;
}

type LowerLayer = (
  context: LayerContext,
  layer: Layer,
  inputs: readonly [GraphTensor, ...GraphTensor[]],
) => GraphTensor;

/** Lowers a layer by itself. Throws for a kind that has no lowering, naming the layer. */
export const lowerLayer: LowerLayer = (context, layer, inputs) => {
  const kind = layer.getClassName();
  const lower = LAYERS[kind];
  if (!lower) throw new Error(`Layer "${layer.name}" is a ${kind}, which has no lowering.`);
  return lower(context, layer, inputs);
};

/** Folds more than two inputs pair by pair. */
const pairwise =
  (operation: typeof add): LowerLayer =>
  ({ graph }, { name }, [first, ...others]) =>
    others.reduce((left, right, index) => {
      return operation(graph, index === others.length - 1 ? name : `${name}/${String(index)}`, left, right);
    }, first);

const reluConfig = z.object({ maxValue: z.number().nullish() });
const leakyConfig = z.object({ alpha: z.number() });
const activationConfig = z.object({ activation: z.string() });
const paddingConfig = z.object({ padding: z.array(z.tuple([z.int(), z.int()])).length(2) });
const poolingConfig = z.object({
  poolSize: z.tuple([z.int(), z.int()]),
  strides: z.tuple([z.int(), z.int()]),
  padding: z.enum(['same', 'valid']),
});
const dropoutConfig = z.object({ rate: z.number(), noiseShape: z.array(z.int().nullish()).nullish() });
const normConfig = z.object({ epsilon: z.number(), momentum: z.number() });

const pooling =
  (pool: typeof maxPool): LowerLayer =>
  ({ graph }, layer, [input]) => {
    const { poolSize, strides, padding } = poolingConfig.parse(layer.getConfig());
    if (poolSize[0] !== poolSize[1] || strides[0] !== strides[1])
      throw new Error(`Layer "${layer.name}" is not square.`);
    const options = { size: poolSize[0], stride: strides[0], padding: padding === 'same' ? 'SAME' : 'VALID' } as const;
    return pool(graph, layer.name, input, options);
  };

const reshaped: LowerLayer = ({ graph }, layer, [input]) => {
  const shape = layer.outputShape;
  const sides = shape.slice(1).map((side) => {
    if (typeof side !== 'number') throw new Error(`The shape of layer "${layer.name}" must be known.`);
    return side;
  });
  return reshape(graph, layer.name, input, [input.shape[0] ?? null, ...sides]);
};

const LAYERS: Readonly<Record<string, LowerLayer>> = {
  Add: pairwise(add),
  Multiply: pairwise(mul),
  ReLU: ({ graph }, layer, [input]) => {
    const limit = reluConfig.parse(layer.getConfig()).maxValue;
    if (limit === 6) return relu6(graph, layer.name, input);
    if (typeof limit === 'number')
      throw new Error(`Layer "${layer.name}" ends at ${String(limit)}, which has no lowering.`);
    return relu(graph, layer.name, input);
  },
  LeakyReLU: ({ graph }, layer, [input]) =>
    leakyRelu(graph, layer.name, input, leakyConfig.parse(layer.getConfig()).alpha),
  Activation: ({ graph }, layer, [input]) =>
    activate(graph, layer.name, activationConfig.parse(layer.getConfig()).activation, input),
  GlobalAveragePooling2D: ({ graph }, { name }, [input]) => spatialMean(graph, name, input),
  MaxPooling2D: pooling(maxPool),
  AveragePooling2D: pooling(averagePool),
  Reshape: reshaped,
  Flatten: reshaped,
  ZeroPadding2D: ({ graph }, layer, [input]) => {
    const { padding } = paddingConfig.parse(layer.getConfig());
    return pad(graph, layer.name, input, [[0, 0], ...padding, [0, 0]]);
  },
  Dropout: ({ graph, weights, seed }, layer, [input]) => {
    if (!seed || !weights.trains(layer)) return input;
    const { rate, noiseShape } = dropoutConfig.parse(layer.getConfig());
    const shape = noiseShape?.map((side) => side ?? null);
    return dropout(graph, layer.name, input, { rate, seed, ...(shape && { shape }) });
  },
  Dense: ({ graph, weights }, layer, [input]) => {
    const { name } = layer;
    const product = matMul(graph, name, input, weights.tensor(layer, 'kernel'));
    const output = weightsOf(layer).has('bias')
      ? biasAdd(graph, `${name}/biased`, product, weights.tensor(layer, 'bias'))
      : product;
    const { activation } = activationConfig.parse(layer.getConfig());
    return activate(graph, `${name}/${activation}`, activation, output);
  },
  BatchNormalization: trainedNorm,
};

/** Batch norm by the statistics of the batch; a frozen one is a scale and an offset (models/lowering/units). */
function trainedNorm(
  { graph, weights }: LayerContext,
  layer: Layer,
  [input]: readonly [GraphTensor, ...GraphTensor[]],
): GraphTensor {
  const { name } = layer;
  const [batch = null, channels = null] = input.shape;
  const image = input.shape.length === 4 ? input : reshape(graph, `${name}/pixels`, input, [batch, 1, 1, channels]);
  const mean = weights.variable(layer, 'moving_mean');
  const variance = weights.variable(layer, 'moving_variance');
  const { output, movedMean, movedVariance } = batchNorm(
    graph,
    name,
    image,
    {
      scale: weights.tensor(layer, 'gamma'),
      offset: weights.tensor(layer, 'beta'),
      mean: mean.read,
      variance: variance.read,
    },
    normConfig.parse(layer.getConfig()),
  );
  weights.updates.push(
    mean.assign(`${name}/move_mean`, movedMean),
    variance.assign(`${name}/move_variance`, movedVariance),
  );
  return image === input ? output : reshape(graph, `${name}/rows`, output, [batch, channels]);
}
