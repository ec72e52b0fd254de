import { tf } from '#models/backend/tensorflow';
import type { LabelledFeatures } from '#models/training/head';

/** Steps of Adam, each on all rows at once, from zero: nothing hangs on a seed. */
const STEPS = 400;
const RATE = 1e-3;

/**
 * Multinomial logistic regression on standardised features, the mean cross-entropy with `penalty` x the sum of squared weights; the plainest head, to judge the others by.
 * Gives the logits float32 [n, classes], row-major, of `judged`. Leaves no tensor behind.
 */
export async function logisticRegression(
  learned: LabelledFeatures,
  judged: LabelledFeatures,
  { classes, penalty }: { classes: number; penalty: number },
): Promise<Float32Array> {
  const { width } = learned;
  const { mean, deviation } = tf.tidy(() => {
    const { mean: centre, variance } = tf.moments(matrix(learned), 0);
    return { mean: centre, deviation: tf.sqrt(tf.add(variance, 1e-6)) };
  });
  const standardised = (data: LabelledFeatures): ReturnType<typeof tf.tensor> =>
    tf.tidy(() => tf.div(tf.sub(matrix(data), mean), deviation));
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [width],
        units: classes,
        kernelInitializer: 'zeros',
        kernelRegularizer: tf.regularizers.l2({ l2: penalty }),
      }),
    ],
  });
  const optimizer = tf.train.adam(RATE);
  model.compile({ optimizer, loss: (truth, logits) => tf.losses.softmaxCrossEntropy(truth, logits) });
  const inputs = standardised(learned);
  const truth = tf.tidy(() => tf.oneHot(tf.tensor1d(learned.labels, 'int32'), classes).toFloat());
  try {
    for (let step = 0; step < STEPS; step++) await model.trainOnBatch(inputs, truth);
    return tf.tidy(() => {
      const logits = model.apply(standardised(judged));
      if (!(logits instanceof tf.Tensor)) throw new Error('A dense layer gives one tensor.');
      return logits.dataSync<'float32'>().slice();
    });
  } finally {
    tf.dispose([inputs, truth, mean, deviation]);
    model.dispose();
    optimizer.dispose();
  }
}

function matrix({ features, width, labels }: LabelledFeatures): ReturnType<typeof tf.tensor2d> {
  return tf.tensor2d(features, [labels.length, width]);
}
