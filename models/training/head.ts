import { tf } from '../backend/tensorflow';
import type { Weight } from '../pretrained/weightsFile';
import { balancedClassWeights } from './classWeights';
import { Random } from './random';
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
const FEATURE_DROPOUT = 0.2;
const HIDDEN_DROPOUT = 0.5;
const LABEL_SMOOTHING = 0.05;
const PEAK_RATE = 1e-3;
const WARM_UP = 0.3;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Fits the head by AdamW (Loshchilov & Hutter 2019) with one cosine cycle of the learning rate, dropout, label smoothing, and every class weighing the same.
 * Deterministic for a seed on one machine. `onStep` is called between steps, may be asynchronous, and may throw to stop. Leaves no tensor behind.
 */
export async function fitHead(
  data: LabelledFeatures,
  options: HeadOptions,
  onStep: (done: number, total: number) => void | Promise<void>,
): Promise<Head> {
  const { classes, hidden } = options;
  const { width } = data;
  const count = data.labels.length;
  const batch = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(count / 4)));
  const perEpoch = Math.max(1, Math.floor(count / batch));
  // Few images make few steps an epoch; the cycle needs some to do its work.
  const total = Math.max(perEpoch * options.epochs, 200);
  const random = new Random(options.seed);
  const { mean, scale } = standardisation(data);
  const weights = balancedClassWeights(data.labels, classes);

  const initial = (rows: number, columns: number): Float32Array =>
    Float32Array.from({ length: rows * columns }, () => (random.next() * 2 - 1) / Math.sqrt(rows));
  // Variables outlive the tidy; the tensors they begin with do not.
  const variables = tf.tidy(() => [
    tf.variable(tf.tensor2d(initial(width, hidden), [width, hidden])),
    tf.variable(tf.zeros([hidden])),
    tf.variable(tf.tensor2d(initial(hidden, classes), [hidden, classes])),
    tf.variable(tf.zeros([classes])),
  ]);
  const moments = variables.map((each) =>
    tf.tidy(() => [tf.variable(tf.zerosLike(each), false), tf.variable(tf.zerosLike(each), false)] as const),
  );
  const input = new Float32Array(batch * width);
  const featureMask = new Float32Array(batch * width);
  const hiddenMask = new Float32Array(batch * hidden);
  const target = new Float32Array(batch * classes);
  const sampleWeight = new Float32Array(batch);
  let order = random.permutation(count);
  try {
    for (let step = 0; step < total; step++) {
      await onStep(step, total);
      if (step % perEpoch === 0) order = random.permutation(count);
      random.dropout(featureMask, FEATURE_DROPOUT);
      random.dropout(hiddenMask, HIDDEN_DROPOUT);
      for (let row = 0; row < batch; row++) {
        const item = order[((step % perEpoch) * batch + row) % count] ?? 0;
        for (let column = 0; column < width; column++) {
          const value = ((data.features[item * width + column] ?? 0) - (mean[column] ?? 0)) * (scale[column] ?? 0);
          input[row * width + column] = value * (featureMask[row * width + column] ?? 0);
        }
        const label = data.labels[item] ?? 0;
        sampleWeight[row] = weights[label] ?? 1;
        for (let index = 0; index < classes; index++) {
          target[row * classes + index] = (index === label ? 1 - LABEL_SMOOTHING : 0) + LABEL_SMOOTHING / classes;
        }
      }
      tf.tidy(() => {
        const x = tf.tensor2d(input, [batch, width]);
        const mask = tf.tensor2d(hiddenMask, [batch, hidden]);
        const y = tf.tensor2d(target, [batch, classes]);
        const weight = tf.tensor1d(sampleWeight);
        const [w1, b1, w2, b2] = variables;
        if (!w1 || !b1 || !w2 || !b2) throw new Error('The head has four weights.');
        const { grads } = tf.variableGrads(() => {
          const activation = tf.relu(tf.add(tf.matMul(x, w1.as2D(width, hidden)), b1));
          const logits = tf.add(tf.matMul(tf.mul(activation, mask).as2D(batch, hidden), w2.as2D(hidden, classes)), b2);
          const loss = tf.neg(tf.sum(tf.mul(y, tf.logSoftmax(logits)), 1));
          return tf.mean(tf.mul(loss, weight)).asScalar();
        }, variables);
        const rate = oneCycle(step / total, WARM_UP) * PEAK_RATE;
        variables.forEach((variable, index) => {
          const gradient = grads[variable.name];
          const [first, second] = moments[index] ?? [];
          if (!gradient || !first || !second) throw new Error(`There is no gradient of ${variable.name}.`);
          first.assign(tf.add(tf.mul(first, BETA1), tf.mul(gradient, 1 - BETA1)));
          second.assign(tf.add(tf.mul(second, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)));
          const correction = Math.sqrt(1 - BETA2 ** (step + 1)) / (1 - BETA1 ** (step + 1));
          const move = tf.div(tf.mul(first, rate * correction), tf.add(tf.sqrt(second), EPSILON));
          const decay = variable.rank === 2 ? 1 - rate * options.weightDecay : 1;
          variable.assign(tf.sub(tf.mul(variable, decay), move));
        });
      });
    }
    return folded(
      variables.map((each) => each.dataSync<'float32'>()),
      { mean, scale, width, hidden, classes },
    );
  } finally {
    tf.dispose(variables);
    tf.dispose(moments.flat());
  }
}

/** The head's logits [n, classes] for features [n, width]; float32, row-major. */
export function headLogits(head: Head, features: Float32Array, width: number): Float32Array {
  return tf.tidy(() => {
    const weight = ({ data, shape }: Weight): ReturnType<typeof tf.tensor> => tf.tensor(data, [...shape]);
    const hidden = tf.relu(
      tf.add(
        tf.matMul(tf.tensor2d(features, [features.length / width, width]), weight(head.hiddenKernel)),
        weight(head.hiddenBias),
      ),
    );
    return tf.add(tf.matMul(hidden, weight(head.logitsKernel)), weight(head.logitsBias)).dataSync<'float32'>();
  });
}

function standardisation({ features, width, labels }: LabelledFeatures): { mean: Float64Array; scale: Float64Array } {
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

/** Puts the standardisation (x - mean) * scale into the first layer, so that the head takes features as they come. */
function folded(
  [w1, b1, w2, b2]: readonly Float32Array[],
  {
    mean,
    scale,
    width,
    hidden,
    classes,
  }: { mean: Float64Array; scale: Float64Array; width: number; hidden: number; classes: number },
): Head {
  if (!w1 || !b1 || !w2 || !b2) throw new Error('The head has four weights.');
  const kernel = new Float32Array(w1.length);
  const bias = Float64Array.from(b1);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < hidden; column++) {
      const value = (w1[row * hidden + column] ?? 0) * (scale[row] ?? 0);
      kernel[row * hidden + column] = value;
      bias[column] = (bias[column] ?? 0) - (mean[row] ?? 0) * value;
    }
  }
  return {
    hiddenKernel: { shape: [width, hidden], data: kernel },
    hiddenBias: { shape: [hidden], data: Float32Array.from(bias) },
    logitsKernel: { shape: [hidden, classes], data: w2.slice() },
    logitsBias: { shape: [classes], data: b2.slice() },
  };
}
