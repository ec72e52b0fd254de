import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { tf } from '#models/backend/tensorflow';
import { scalar, mul } from '#models/graph/operations/arithmetic';
import { setWeights, valuesOf, weightsIn } from '#models/pretrained/networkWeights';
import { Trainer } from '#models/training/trainer';
import { optimiserSchema } from '#shared/domain/recipe';
import { values } from '../support/graphs';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const PEER = join(import.meta.dirname, 'peers', 'kerasTraining.py');
const [SIDE, CLASSES, COUNT, STEPS] = [8, 4, 6, 20];

const resultSchema = z.object({ losses: z.array(z.number()), weights: z.record(z.string(), z.array(z.number())) });

/** The network of peers/kerasTraining.py. */
function network(): ReturnType<typeof tf.model> {
  const image = tf.input({ shape: [SIDE, SIDE, 3] });
  const layers = [
    tf.layers.conv2d({ name: 'conv', filters: 8, kernelSize: 3, padding: 'same', useBias: false }),
    tf.layers.batchNormalization({ name: 'conv_bn' }),
    tf.layers.reLU({ name: 'relu' }),
    tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
    tf.layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3, padding: 'same', useBias: false }),
    tf.layers.batchNormalization({ name: 'depthwise_bn' }),
    tf.layers.activation({ name: 'swish', activation: 'swish' }),
    tf.layers.globalAveragePooling2d({ name: 'mean' }),
    tf.layers.dense({ name: 'output', units: CLASSES }),
  ];
  const output = layers.reduce<ReturnType<typeof tf.input>>((x, layer) => {
    const next = layer.apply(x);
    if (!(next instanceof tf.SymbolicTensor)) throw new Error('a layer gives one tensor');
    return next;
  }, image);
  return tf.model({ inputs: image, outputs: output });
}

/** Rows that sum to 1, some of them one-hot. */
function softLabels(seed: number): Float32Array {
  const raw = values(seed, [COUNT * CLASSES]).data.map(Math.abs);
  return raw.map((value, index) => {
    const row = Math.floor(index / CLASSES);
    if (row % 2 === 0) return index % CLASSES === (row + seed) % CLASSES ? 1 : 0;
    return value / raw.subarray(row * CLASSES, (row + 1) * CLASSES).reduce((total, each) => total + each, 0);
  });
}

it('twenty steps with soft and smoothed labels, sample weights, L2 and clipping give the losses and weights of Keras, within 1e-4', () => {
  const model = network();
  const start = valuesOf(weightsIn(model));
  // Away from 1 and 0, so that a scale taken for an offset would show.
  for (const [name, data] of start)
    start.set(name, name.includes('_bn/') ? data.map((each, index) => each + 0.1 + 0.02 * index) : data);
  setWeights(model, start);
  const steps = Array.from({ length: STEPS }, (_, step) => ({
    pixels: Uint8Array.from(values(step, [COUNT * SIDE * SIDE * 3]).data, (value) => 128 + 30 * value),
    labels: softLabels(step + 100),
    weights: values(step + 200, [COUNT]).data.map((value) => Math.abs(value) / 2),
    count: COUNT,
  }));
  const [l2, smoothing, clip, rate] = [0.01, 0.1, 0.5, 0.01];
  const trainer = Trainer.open({
    model,
    side: SIDE,
    preprocess: (graph, pixels) => mul(graph, 'scaled', pixels, scalar(graph, 'scale', 1 / 128)),
    trainable: () => true,
    augment: null,
    optimiser: optimiserSchema.parse({ kind: 'adam' }),
    labelSmoothing: smoothing,
    l2,
    clipNorm: clip,
    ema: null,
  });
  const losses = steps.map((batch, step) => trainer.step(batch, { learningRate: rate, seed: [0, step] }).loss);
  const weights = trainer.weights();
  trainer.close();
  model.dispose();
  const input = {
    ...{ side: SIDE, classes: CLASSES, l2, smoothing, clip, rate },
    steps: steps.map((each) => ({
      pixels: Array.from(each.pixels, (value) => value / 128),
      labels: [...each.labels],
      weights: [...each.weights],
    })),
    weights: Object.fromEntries([...start].map(([name, data]) => [name, [...data]])),
  };
  const output = execFileSync(PYTHON, [PEER], { input: JSON.stringify(input), stdio: ['pipe', 'pipe', 'ignore'] });
  const peer = resultSchema.parse(JSON.parse(output.toString().trim().split('\n').at(-1) ?? ''));

  expect(losses.map((loss, step) => loss / (peer.losses[step] ?? NaN))).toEqual(
    losses.map(() => expect.closeTo(1, 4) as number),
  );
  for (const [name, data] of weights) {
    // Keras moves the biased variance of the batch, TensorFlow's own batch norm the unbiased one.
    if (name.endsWith('moving_variance')) continue;
    const expected = peer.weights[name.replace('depthwise_kernel', 'kernel')] ?? [];
    expect(data).toHaveLength(expected.length);
    for (const [index, value] of data.entries())
      expect(Math.abs(value - (expected[index] ?? NaN)), name).toBeLessThan(1e-4);
  }
});
