import { gradients } from '../graph/gradients';
import { Graph, type GraphTensor } from '../graph/graph';
import { relu } from '../graph/operations/activation';
import { mul, sub } from '../graph/operations/arithmetic';
import { biasAdd } from '../graph/operations/convolution';
import { dropout } from '../graph/operations/dropout';
import { matMul } from '../graph/operations/matMul';
import { addOptimiser } from '../graph/optimisers/optimiser';
import { Variable } from '../graph/variable';
import { lossOf } from './trainingGraph';

const FEATURE_DROPOUT = 0.2;
const HIDDEN_DROPOUT = 0.5;
const LABEL_SMOOTHING = 0.05;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export interface HeadShape {
  readonly width: number;
  readonly hidden: number;
  readonly classes: number;
}

/** (x - mean) * scale makes a feature one of mean 0 and deviation 1: [width] each. */
export interface Standardisation {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
}

interface HeadGraph {
  readonly graph: Graph;
  /** Features as they come, float32 [n, width]; labels [n, classes], one-hot; the weight of each row in the loss, [n]. */
  readonly features: GraphTensor;
  readonly labels: GraphTensor;
  readonly weights: GraphTensor;
  /** int32 [2]: decides what dropout drops. */
  readonly seed: GraphTensor;
  /** float32 scalars; the first step is 1. */
  readonly learningRate: GraphTensor;
  readonly step: GraphTensor;
  /** Fetched, it does a step; the loss before it. */
  readonly run: GraphTensor;
  /** `hidden/kernel`, `hidden/bias`, `logits/kernel`, `logits/bias` (of standardised features), and the optimiser's memory: to be set before the first step. */
  readonly variables: readonly Variable[];
}

/** Writes a step of a head's training: standardisation, dropout, dense, ReLU, dropout, dense; softmax cross-entropy of smoothed labels; AdamW with decoupled decay of the kernels. */
export function writeHeadGraph(
  { width, hidden, classes }: HeadShape,
  by: Standardisation,
  weightDecay: number,
): HeadGraph {
  const graph = new Graph();
  const features = graph.placeholder('features', 'float32', [null, width]);
  const labels = graph.placeholder('labels', 'float32', [null, classes]);
  const weights = graph.placeholder('weights', 'float32', [null]);
  const seed = graph.placeholder('seed', 'int32', [2]);
  const learningRate = graph.placeholder('learning_rate', 'float32', []);
  const step = graph.placeholder('step', 'float32', []);

  const dense = (name: string, input: GraphTensor, from: number, to: number): readonly [GraphTensor, Variable[]] => {
    const kernel = new Variable(graph, `${name}/kernel`, [from, to]);
    const bias = new Variable(graph, `${name}/bias`, [to]);
    return [biasAdd(graph, name, matMul(graph, `${name}/product`, input, kernel.read), bias.read), [kernel, bias]];
  };
  const mean = graph.constant('features/mean', Float32Array.from(by.mean), [width]);
  const scale = graph.constant('features/scale', Float32Array.from(by.scale), [width]);
  const centred = sub(graph, 'features/centred', features, mean);
  const input = mul(graph, 'features/standardised', centred, scale);
  const kept = dropout(graph, 'features/dropout', input, { rate: FEATURE_DROPOUT, seed });
  const [units, first] = dense('hidden', kept, width, hidden);
  const active = dropout(graph, 'hidden/dropout', relu(graph, 'hidden/relu', units), { rate: HIDDEN_DROPOUT, seed });
  const [logits, second] = dense('logits', active, hidden, classes);
  const loss = lossOf(graph, logits, labels, weights, [], { labelSmoothing: LABEL_SMOOTHING, l2: 0 });

  const trained = [...first, ...second];
  const derivatives = gradients(
    graph,
    loss,
    trained.map(({ read }) => read),
  );
  const parameters = trained.flatMap((variable, index) => {
    const derivative = derivatives[index];
    return derivative ? [{ variable, derivative, decays: variable.shape.length === 2 }] : [];
  });
  const { updates, slots } = addOptimiser(
    graph,
    { kind: 'adamW', beta1: BETA1, beta2: BETA2, epsilon: EPSILON, weightDecay },
    parameters,
    { learningRate, step },
  );
  const run = graph.after('run', updates, loss);
  return { graph, features, labels, weights, seed, learningRate, step, run, variables: [...trained, ...slots] };
}
