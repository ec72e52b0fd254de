import type { Layer, LayersModel } from '../backend/tensorflow';
import type { Graph, GraphTensor, Runnable } from '../graph/graph';
import { add, mul } from '../graph/operations/arithmetic';
import { affineOf } from './affine';
import { lowerConvolution } from './convolution';
import { lowerLayer, type LayerContext } from './layer';
import { inboundLayers } from './topology';
import { unitsOf, type Unit } from './units';
import { WeightSource, type LayerVariable } from './weightSource';

/** Tensors by the names of the layers that give them. A layer that was folded into another has that one's. */
type LayerTensors = ReadonlyMap<string, GraphTensor>;

/**
 * Adds a tf.layers model to a graph as inference runs it: weights as constants, batch norm folded into the convolution before it, dropout gone.
 * The model stays the caller's. Throws for a layer that has no lowering, naming it.
 */
export function lower(graph: Graph, model: LayersModel, input: GraphTensor): LayerTensors {
  return lowerUnits({ graph, weights: new WeightSource(graph, () => false), seed: null }, model, input);
}

interface TrainingOptions {
  /** A layer that does not train has constants for weights and frozen statistics, and drops nothing: it runs as at inference. */
  readonly trainable: (layerName: string) => boolean;
  /** int32 [2], fed per step: what dropout drops. */
  readonly seed: GraphTensor;
}

interface LoweredForTraining {
  readonly tensors: LayerTensors;
  /** Of the layers that train. They have no value before `initial` is assigned. */
  readonly variables: readonly LayerVariable[];
  /** Move the statistics of batch norms; to be run with every step. */
  readonly updates: readonly Runnable[];
}

/** Adds a tf.layers model to a graph as a training step runs it. The model stays the caller's. Throws as `lower`. */
export function lowerForTraining(
  graph: Graph,
  model: LayersModel,
  input: GraphTensor,
  { trainable, seed }: TrainingOptions,
): LoweredForTraining {
  const weights = new WeightSource(graph, trainable);
  const tensors = lowerUnits({ graph, weights, seed }, model, input);
  return { tensors, variables: weights.variables, updates: weights.updates };
}

function lowerUnits(context: LayerContext, model: LayersModel, input: GraphTensor): LayerTensors {
  const tensors = new Map<string, GraphTensor>();
  for (const unit of unitsOf(model, (layer) => context.weights.trains(layer))) {
    const [layer] = unit.layers;
    const output = layer.getClassName() === 'InputLayer' ? input : lowerUnit(context, unit, inputsOf(layer, tensors));
    for (const each of unit.layers) tensors.set(each.name, output);
  }
  return tensors;
}

function inputsOf(layer: Layer, tensors: LayerTensors): readonly [GraphTensor, ...GraphTensor[]] {
  const [first, ...others] = inboundLayers(layer).map((each) => {
    const tensor = tensors.get(each.name);
    if (!tensor) throw new Error(`Layer "${layer.name}" comes before its input "${each.name}".`);
    return tensor;
  });
  if (!first) throw new Error(`Layer "${layer.name}" has no input.`);
  return [first, ...others];
}

function lowerUnit(context: LayerContext, unit: Unit, inputs: readonly [GraphTensor, ...GraphTensor[]]): GraphTensor {
  const { graph, weights } = context;
  const [input] = inputs;
  const [layer] = unit.layers;
  switch (unit.kind) {
    case 'convolution':
      return lowerConvolution(graph, weights, unit.convolution, input, unit);
    case 'affine': {
      const { scale, offset } = affineOf(unit.layers);
      const { name } = layer;
      const scaled = mul(graph, name, input, graph.constant(`${name}/scale`, scale, [scale.length]));
      return add(graph, `${name}/moved`, scaled, graph.constant(`${name}/offset`, offset, [offset.length]));
    }
    case 'single':
      return lowerLayer(context, layer, inputs);
  }
}
