import type { OptimiserOptions } from '#shared/domain/recipe';
import type { LayersModel } from '../backend/tensorflow';
import { gradients } from '../graph/gradients';
import { GraphError, type Graph, type GraphTensor, type Runnable } from '../graph/graph';
import { countCorrect } from '../graph/operations/accuracy';
import { add, addAll, mul, scalar } from '../graph/operations/arithmetic';
import { smoothLabels, softmaxCrossEntropy } from '../graph/operations/crossEntropy';
import { halfSquares, mean } from '../graph/operations/reduction';
import { cast } from '../graph/operations/shape';
import { clipByGlobalNorm } from '../graph/optimisers/clip';
import { addMovingAverage } from '../graph/optimisers/movingAverage';
import { addOptimiser } from '../graph/optimisers/optimiser';
import { Variable } from '../graph/variable';
import { lowerForTraining } from '../lowering/lower';

interface AugmentedBatch {
  /** float32 [n, side, side, 3], 0 to 255. */
  readonly pixels: GraphTensor;
  /** float32 [n, classes], summing to 1 in a row. */
  readonly labels: GraphTensor;
}

export interface TrainingOptions {
  /** From preprocessed pixels to logits [n, classes], its weights set. It stays the caller's and is not changed. */
  readonly model: LayersModel;
  /** Side of the square images that are fed, pixels. */
  readonly side: number;
  /** From pixels float32 [n, side, side, 3], 0 to 255, to what the model takes. */
  readonly preprocess: (graph: Graph, pixels: GraphTensor) => GraphTensor;
  /** Layers that do not train run as at inference. */
  readonly trainable: (layerName: string) => boolean;
  /** Applied in training, before `preprocess`; `seed` is int32 [2], the one given to the step. */
  readonly augment: ((graph: Graph, batch: AugmentedBatch & { readonly seed: GraphTensor }) => AugmentedBatch) | null;
  readonly optimiser: OptimiserOptions;
  readonly labelSmoothing: number;
  /** Factor of the sum of squares of the kernels that train, added to the loss. */
  readonly l2: number;
  /** Largest global norm of the derivatives; null: any. */
  readonly clipNorm: number | null;
  /** Decay of the moving average of the weights; null: none is kept. */
  readonly ema: number | null;
  /** Pieces in which the device takes a batch, their derivatives added up; 1 if left out. Batch norm sees the pieces. */
  readonly accumulate?: number;
}

/** A variable and what it is assigned before the first step. */
interface StateVariable {
  /** A key of the trainer's state. */
  readonly name: string;
  readonly variable: Variable;
  /** null: zeros. */
  readonly initial: Float32Array | null;
}

export interface TrainingGraph {
  /** uint8 [n, side, side, 3]. */
  readonly pixels: GraphTensor;
  /** float32 [n, classes] and [n]. */
  readonly labels: GraphTensor;
  readonly weights: GraphTensor;
  /** int32 [2]. */
  readonly seed: GraphTensor;
  /** float32 scalars: of a step, and the share of the batch that a piece is. */
  readonly learningRate: GraphTensor;
  readonly step: GraphTensor;
  readonly portion: GraphTensor;
  /** To be fetched with it: the piece's share of the batch's loss, and how many of its images are right. */
  readonly loss: GraphTensor;
  readonly correct: GraphTensor;
  /** Fetched alone they move the weights: of a batch in one piece, or, in several, `first` for the first piece, `more` for each other one, then `apply`. */
  readonly run: { readonly whole: GraphTensor } | Readonly<Record<'first' | 'more' | 'apply', GraphTensor>>;
  readonly state: readonly StateVariable[];
  /** The state that is the network: `<layer>/<weight>`, and the key of the value to serve (its moving average where there is one). */
  readonly served: ReadonlyMap<string, string>;
}

/** Writes a training step: augmentation, forward and backward pass, update, all in one run. Throws GraphError where the model has no logits [n, classes]. */
export function writeTrainingGraph(graph: Graph, options: TrainingOptions): TrainingGraph {
  const { model, side } = options;
  const classes = model.outputs[0]?.shape[1];
  if (typeof classes !== 'number') throw new GraphError(model.name, 'its output is not [n, classes]');
  const input = {
    pixels: graph.placeholder('batch/pixels', 'uint8', [null, side, side, 3]),
    labels: graph.placeholder('batch/labels', 'float32', [null, classes]),
    weights: graph.placeholder('batch/weights', 'float32', [null]),
    seed: graph.placeholder('step/seed', 'int32', [2]),
    learningRate: graph.placeholder('step/learning_rate', 'float32', []),
    step: graph.placeholder('step/number', 'float32', []),
    portion: graph.placeholder('step/portion', 'float32', []),
  };
  const raw = { pixels: cast(graph, 'batch/values', input.pixels, 'float32'), labels: input.labels };
  const batch = options.augment ? options.augment(graph, { ...raw, seed: input.seed }) : raw;
  const { tensors, variables, updates } = lowerForTraining(graph, model, options.preprocess(graph, batch.pixels), {
    trainable: options.trainable,
    seed: input.seed,
  });
  const logits = tensors.get(model.outputLayers[0]?.name ?? '');
  if (!logits) throw new GraphError(model.name, 'its output layer was not lowered');
  const trained = variables.filter(({ trainable }) => trainable);
  if (trained.length === 0) throw new GraphError(model.name, 'no layer trains');
  const kernels = trained.filter(({ name }) => isKernel(name)).map(({ variable }) => variable.read);
  const batchLoss = lossOf(graph, logits, batch.labels, input.weights, kernels, options);
  const loss = mul(graph, 'loss', batchLoss, input.portion);
  const derivatives = gradients(
    graph,
    loss,
    trained.map(({ variable }) => variable.read),
  );
  const update = (of: readonly GraphTensor[]): Update => addUpdate(graph, trained, of, input, options);
  const { run, slots, averages } =
    (options.accumulate ?? 1) > 1
      ? inPieces(graph, derivatives, updates, loss, update)
      : inOnePiece(graph, derivatives, updates, loss, update);
  const averaged = trained.flatMap(({ name, initial }, index) => {
    const variable = averages[index];
    return variable ? [{ of: name, name: variable.name, variable, initial }] : [];
  });
  return {
    ...input,
    loss,
    correct: countCorrect(graph, 'correct', logits, batch.labels),
    run,
    state: [...variables, ...slots.map((variable) => ({ name: variable.name, variable, initial: null })), ...averaged],
    served: new Map([
      ...variables.map(({ name }) => [name, name] as const),
      ...averaged.map(({ of, name }) => [of, name] as const),
    ]),
  };
}

/** Mean over the batch of weight x cross-entropy, and the penalty on kernels. `logits` and `labels` float32 [n, classes], `weights` [n]. */
export function lossOf(
  graph: Graph,
  logits: GraphTensor,
  labels: GraphTensor,
  weights: GraphTensor,
  kernels: readonly GraphTensor[],
  { labelSmoothing, l2 }: Pick<TrainingOptions, 'labelSmoothing' | 'l2'>,
): GraphTensor {
  const smooth = smoothLabels(graph, 'loss/labels', labels, labelSmoothing);
  const each = mul(graph, 'loss/weighted', softmaxCrossEntropy(graph, 'loss/entropy', logits, smooth), weights);
  const entropy = mean(graph, 'loss/mean', each, [0]);
  if (l2 === 0 || kernels.length === 0) return entropy;
  const halves = kernels.map((kernel, index) => halfSquares(graph, `loss/half${String(index)}`, kernel));
  const factor = scalar(graph, 'loss/l2', 2 * l2);
  return add(graph, 'loss/total', entropy, mul(graph, 'loss/penalty', addAll(graph, 'loss/halves', halves), factor));
}

interface Update {
  readonly updates: readonly Runnable[];
  readonly slots: readonly Variable[];
  /** Of the variables that train, in their order; none without a moving average. */
  readonly averages: readonly Variable[];
}

function addUpdate(
  graph: Graph,
  trained: readonly { readonly name: string; readonly variable: Variable }[],
  derivatives: readonly GraphTensor[],
  step: { readonly learningRate: GraphTensor; readonly step: GraphTensor },
  { clipNorm, ema, optimiser }: TrainingOptions,
): Update {
  const clipped = clipNorm === null ? derivatives : clipByGlobalNorm(graph, derivatives, clipNorm);
  const parameters = trained.flatMap(({ name, variable }, index) => {
    const derivative = clipped[index];
    return derivative ? [{ variable, derivative, decays: isKernel(name) }] : [];
  });
  const { updates, slots } = addOptimiser(graph, optimiser, parameters, step);
  if (ema === null) return { updates, slots, averages: [] };
  const variables = trained.map(({ variable }) => variable);
  const average = addMovingAverage(graph, variables, ema, step.step, updates);
  return { updates: average.updates, slots, averages: average.averages };
}

type Run = Pick<TrainingGraph, 'run'> & Omit<Update, 'updates'>;
type AddUpdate = (derivatives: readonly GraphTensor[]) => Update;

function inOnePiece(
  graph: Graph,
  derivatives: readonly GraphTensor[],
  statistics: readonly Runnable[],
  loss: GraphTensor,
  addUpdateOf: AddUpdate,
): Run {
  const { updates, ...rest } = addUpdateOf(derivatives);
  return { run: { whole: graph.after('run/whole', [...updates, ...statistics], loss) }, ...rest };
}

/** Derivatives are added up in variables of their own, which the first piece sets, so that they are no part of the state between steps. */
function inPieces(
  graph: Graph,
  derivatives: readonly GraphTensor[],
  statistics: readonly Runnable[],
  loss: GraphTensor,
  addUpdateOf: AddUpdate,
): Run {
  const sums = derivatives.map((derivative, index) => ({
    derivative,
    variable: new Variable(graph, `accumulated/${String(index)}`, derivative.shape.map(Number)),
  }));
  const first = sums.map(({ variable, derivative }) => variable.assign(`${variable.name}/set`, derivative));
  const more = sums.map(({ variable, derivative }) => variable.assignAdd(`${variable.name}/add`, derivative));
  const { updates, ...rest } = addUpdateOf(sums.map(({ variable }) => variable.read));
  return {
    run: {
      first: graph.after('run/first', [...first, ...statistics], loss),
      more: graph.after('run/more', [...more, ...statistics], loss),
      apply: graph.after('run/apply', updates),
    },
    ...rest,
  };
}

function isKernel(name: string): boolean {
  return name.endsWith('kernel');
}
