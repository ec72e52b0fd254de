import { tf } from '../backend/tensorflow';
import { Session } from '../graph/session';
import { SessionState } from '../graph/sessionState';
import type { Weight } from '../files/weightsFile';
import { balancedClassWeights } from './classWeights';
import { writeHeadGraph, type HeadShape, type Standardisation } from './headGraph';
import { Random } from '../data/random';
import { oneCycle } from './schedules';

/** Features and labels in memory: `features` float32 [n, width] row-major, `labels` indices of classes. */
export interface LabelledFeatures {
  readonly features: Float32Array;
  readonly width: number;
  readonly labels: Int32Array;
}

export interface HeadOptions {
  readonly classes: number;
  readonly hidden: number;
  readonly epochs: number;
  /** Decoupled weight decay of AdamW, on kernels only. */
  readonly weightDecay: number;
  readonly seed: number;
}

/** A dense layer, ReLU, a dense layer, on features as they come (their standardisation is folded into the first layer). */
export interface Head {
  readonly hiddenKernel: Weight;
  readonly hiddenBias: Weight;
  readonly logitsKernel: Weight;
  readonly logitsBias: Weight;
}

const LARGEST_BATCH = 128;
const PEAK_RATE = 1e-3;
const WARM_UP = 0.3;

/**
 * Fits the head by AdamW (Loshchilov & Hutter 2019) with one cosine cycle of the learning rate, dropout, label smoothing, and every class weighing the same. A step is one run of a graph.
 * Deterministic for a seed on one machine. `onStep` is called between steps, may be asynchronous, and may throw to stop. Leaves nothing in TensorFlow's memory.
 */
export async function fitHead(
  data: LabelledFeatures,
  options: HeadOptions,
  onStep: (done: number, total: number) => void | Promise<void>,
): Promise<Head> {
  const { classes, hidden, seed } = options;
  const { width } = data;
  const count = data.labels.length;
  const batch = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(count / 4)));
  const perEpoch = Math.max(1, Math.floor(count / batch));
  // Few images make few steps an epoch; the cycle needs some to do its work.
  const total = Math.max(perEpoch * options.epochs, 200);
  const random = new Random(seed);
  const shape = { width, hidden, classes };
  const by = standardisation(data);
  const { graph, variables, run, ...input } = writeHeadGraph(shape, by, options.weightDecay);
  const state = new SessionState(
    graph,
    variables.map((variable) => [variable.name, variable]),
  );
  const kernel = (size: number, rows: number): Float32Array =>
    Float32Array.from({ length: size }, () => (random.next() * 2 - 1) / Math.sqrt(rows));
  const initial = new Map([
    ['hidden/kernel', kernel(width * hidden, width)],
    ['logits/kernel', kernel(hidden * classes, hidden)],
  ]);
  const session = Session.open(graph);
  try {
    state.set(session, (name, size) => initial.get(name) ?? new Float32Array(size));
    const weights = balancedClassWeights(data.labels, classes);
    let order = random.permutation(count);
    for (let step = 0; step < total; step++) {
      await onStep(step, total);
      if (step % perEpoch === 0) order = random.permutation(count);
      const start = (step % perEpoch) * batch;
      const rows = rowsOf(data, order.subarray(start, start + batch), classes, weights);
      const rate = oneCycle(step / total, WARM_UP) * PEAK_RATE;
      session.run(
        [
          { tensor: input.features, shape: [batch, width], data: rows.features },
          { tensor: input.labels, shape: [batch, classes], data: rows.labels },
          { tensor: input.weights, shape: [batch], data: rows.weights },
          { tensor: input.seed, shape: [2], data: Int32Array.of(seed, step) },
          { tensor: input.learningRate, shape: [], data: Float32Array.of(rate) },
          { tensor: input.step, shape: [], data: Float32Array.of(step + 1) },
        ],
        [run],
      );
    }
    return folded(state.read(session), by, shape);
  } finally {
    session.close();
  }
}

/** What the head makes of features [n, width]: its hidden layer [n, hidden] and its logits [n, classes]; float32, row-major. */
export function headOutputs(
  head: Head,
  features: Float32Array,
  width: number,
): { readonly hidden: Float32Array; readonly logits: Float32Array } {
  const [hidden, logits] = tf.tidy(() => {
    const weight = ({ data, shape }: Weight): ReturnType<typeof tf.tensor> => tf.tensor(data, [...shape]);
    const input = tf.tensor2d(features, [features.length / width, width]);
    const active = tf.relu(tf.add(tf.matMul(input, weight(head.hiddenKernel)), weight(head.hiddenBias)));
    const output = tf.add(tf.matMul(active, weight(head.logitsKernel)), weight(head.logitsBias));
    return [active.dataSync<'float32'>(), output.dataSync<'float32'>()] as const;
  });
  return { hidden, logits };
}

/** The head's logits [n, classes] for features [n, width]; float32, row-major. */
export function headLogits(head: Head, features: Float32Array, width: number): Float32Array {
  return headOutputs(head, features, width).logits;
}

function standardisation({ features, width, labels }: LabelledFeatures): Standardisation {
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (let row = 0; row < labels.length; row++) {
    for (let column = 0; column < width; column++) {
      const value = features[row * width + column] ?? 0;
      mean[column] = (mean[column] ?? 0) + value / labels.length;
      square[column] = (square[column] ?? 0) + (value * value) / labels.length;
    }
  }
  const scale = mean.map((value, column) => 1 / Math.sqrt(Math.max(0, (square[column] ?? 0) - value * value) + 1e-6));
  return { mean, scale };
}

/** A batch: features, one-hot labels, and the weight of each row. */
function rowsOf(
  { features, width, labels }: LabelledFeatures,
  items: Int32Array,
  classes: number,
  classWeights: readonly number[],
): Record<'features' | 'labels' | 'weights', Float32Array> {
  const rows = {
    features: new Float32Array(items.length * width),
    labels: new Float32Array(items.length * classes),
    weights: new Float32Array(items.length),
  };
  items.forEach((item, row) => {
    const label = labels[item] ?? 0;
    rows.features.set(features.subarray(item * width, (item + 1) * width), row * width);
    rows.labels[row * classes + label] = 1;
    rows.weights[row] = classWeights[label] ?? 1;
  });
  return rows;
}

/** Puts the standardisation (x - mean) * scale into the first layer, so that the head takes features as they come. */
function folded(
  values: ReadonlyMap<string, Float32Array>,
  { mean, scale }: Standardisation,
  { width, hidden, classes }: HeadShape,
): Head {
  const valuesOf = (name: string): Float32Array => {
    const found = values.get(name);
    if (!found) throw new Error(`The head has no ${name}.`);
    return found;
  };
  const kernel = valuesOf('hidden/kernel');
  const bias = Float64Array.from(valuesOf('hidden/bias'));
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < hidden; column++) {
      const value = (kernel[row * hidden + column] ?? 0) * (scale[row] ?? 0);
      kernel[row * hidden + column] = value;
      bias[column] = (bias[column] ?? 0) - (mean[row] ?? 0) * value;
    }
  }
  return {
    hiddenKernel: { shape: [width, hidden], data: kernel },
    hiddenBias: { shape: [hidden], data: Float32Array.from(bias) },
    logitsKernel: { shape: [hidden, classes], data: valuesOf('logits/kernel') },
    logitsBias: { shape: [classes], data: valuesOf('logits/bias') },
  };
}
