import type { Layer } from '../backend/tensorflow';
import type { Graph, GraphTensor, Runnable } from '../graph/graph';
import { Variable } from '../graph/variable';
import type { Weight } from '../files/weightsFile';
import { weightsOf } from './layerWeights';

/** A weight of a layer that trains. */
export interface LayerVariable {
  /** `<layer>/<weight>`. */
  readonly name: string;
  readonly variable: Variable;
  /** What the layer holds, to be assigned before the first step. */
  readonly initial: Float32Array;
  /** False for the moving statistics of a batch norm, which `updates` move. */
  readonly trainable: boolean;
}

/** Gives a layer's weights as tensors: constants where the layer is frozen, variables (kept in a list) where it trains. */
export class WeightSource {
  readonly variables: LayerVariable[] = [];
  /** Assignments that move statistics; to be run with every step. */
  readonly updates: Runnable[] = [];
  readonly #graph: Graph;
  readonly #trainable: (layerName: string) => boolean;

  constructor(graph: Graph, trainable: (layerName: string) => boolean) {
    this.#graph = graph;
    this.#trainable = trainable;
  }

  trains(layer: Layer): boolean {
    return this.#trainable(layer.name);
  }

  /** A weight's value. */
  tensor(layer: Layer, weight: string): GraphTensor {
    if (this.trains(layer)) return this.variable(layer, weight).read;
    const { data, shape } = weightOf(layer, weight);
    return this.#graph.constant(`${layer.name}/${weight}`, data, shape);
  }

  /** A weight of a layer that trains, to be read and assigned. */
  variable(layer: Layer, weight: string): Variable {
    const { data, shape } = weightOf(layer, weight);
    const name = `${layer.name}/${weight}`;
    const variable = new Variable(this.#graph, name, shape);
    this.variables.push({ name, variable, initial: data, trainable: !weight.startsWith('moving_') });
    return variable;
  }
}

function weightOf(layer: Layer, weight: string): Weight {
  const found = weightsOf(layer).get(weight);
  if (!found) throw new Error(`Layer "${layer.name}" has no ${weight}.`);
  return found;
}
