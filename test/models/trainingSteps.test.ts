import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClassifier } from '#models/architectures/classifierHead';
import { efficientNet } from '#models/architectures/efficientNet';
import { smallCnn } from '#models/architectures/smallCnn';
import { tf, type LayersModel } from '#models/backend/tensorflow';
import { openSessions } from '#models/graph/session';
import { weightsOf } from '#models/lowering/layerWeights';
import { assignPretrained } from '#models/pretrained/assign';
import { fitKerasWeights } from '#models/pretrained/kerasBackbone';
import { readKerasFile } from '#models/pretrained/readKerasFile';
import type { Weights } from '#models/files/weightsFile';
import { Trainer } from '#models/training/trainer';
import type { HeadOptions } from '#shared/domain/recipe';
import { SAMPLE_SLIDE } from '../support/data';

/** Python with Keras and TensorFlow, made by the test set-up. */
const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const SIDE = 64;
const STEPS = 20;
const CLASSES = 4;
const RATE = 0.0001;
const MOMENTUM = 0.9;
const IMAGES = [
  'BA_653817',
  'LY_283524',
  'PLATELET_95412',
  'SNE_130136',
  'EO_112777',
  'ERB_448264',
  'MO_358712',
  'IG_847216',
];

/** Without dropout, whose draws differ between libraries. */
const BARE: HeadOptions = { dropout: 0, batchNorm: false, dense: [], slope: 0, denseDropout: 0 };
const LIKE_THE_REFERENCE: HeadOptions = { ...BARE, batchNorm: true, dense: [16, 8], slope: 0.05 };
const NETWORKS = {
  'efficientnet-b0': () =>
    withClassifier(efficientNet('b0', SIDE, { weights: 'own', dropConnect: 0 }), {
      classes: CLASSES,
      head: BARE,
      seed: null,
    }),
  'small-residual': () =>
    withClassifier(smallCnn('residual', SIDE, null), { classes: CLASSES, head: LIKE_THE_REFERENCE, seed: null }),
};

/** The small network has ReLU, at whose kink a rounding error decides whether a derivative flows, and batch norm over eight numbers; EfficientNet is smooth. */
const TOLERANCES: Readonly<Record<keyof typeof NETWORKS, Tolerance>> = {
  'efficientnet-b0': { loss: 1e-4, weights: 1e-3 },
  'small-residual': { loss: 1e-3, weights: 0.03 },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smearscope-test-'));
  const images = IMAGES.map((name) => join(SAMPLE_SLIDE, `${name}.jpg`));
  const args = [folder, String(SIDE), String(STEPS), ...images];
  execFileSync(PYTHON, ['test/models/peers/kerasNetworks.py', ...args], { stdio: 'pipe' });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Trained {
  readonly losses: readonly number[];
  /** By `<layer>/<weight>`. */
  readonly weights: ReadonlyMap<string, ArrayLike<number>>;
}

describe.each(Object.keys(NETWORKS) as (keyof typeof NETWORKS)[])('20 steps of %s', (name) => {
  let model: LayersModel;
  let before: Weights;
  let ours: Trained;

  beforeAll(async () => {
    model = NETWORKS[name]();
    before = await fromKeras(`${name}-before.h5`, model);
    assignPretrained(model, { name, sha256: '', weights: before });
    const open = openSessions();
    ours = trainGraph(model);
    expect(openSessions()).toBe(open);
  });
  afterAll(() => {
    model.dispose();
  });

  it('go as in Python Keras from the same weights and batches', async () => {
    const keras: Trained = {
      losses: readFileSync(join(folder, `${name}.txt`), 'utf8')
        .trim()
        .split('\n')
        .map(Number),
      weights: new Map([...(await fromKeras(`${name}-after.h5`, model))].map(([key, { data }]) => [key, data])),
    };
    expectAlike(ours, keras, before, TOLERANCES[name]);
  });

  it('go as in tf.layers from the same weights and batches', () => {
    expectAlike(ours, trainLayers(model), before, TOLERANCES[name]);
  });
});

interface Tolerance {
  /** Of a loss, as a share of it. */
  readonly loss: number;
  /** Of the weights of a kind, as a share of the way that they went (root of the sum of squares). */
  readonly weights: number;
}

function expectAlike(ours: Trained, reference: Trained, before: Weights, tolerance: Tolerance): void {
  expect(ours.losses).toHaveLength(STEPS);
  for (const [step, loss] of ours.losses.entries()) {
    expect(Math.abs(loss / (reference.losses[step] ?? NaN) - 1)).toBeLessThan(tolerance.loss);
  }
  const kinds = new Map<string, { difference: number; way: number }>();
  for (const [key, { data }] of before) {
    const name = key.slice(key.lastIndexOf('/') + 1);
    // The normalisation of the input, which does not train.
    if (name === 'mean' || name === 'variance') continue;
    const [left, right] = [ours.weights.get(key), reference.weights.get(key)];
    if (left?.length !== data.length || right?.length !== data.length) throw new Error(`no ${key}`);
    const kind = kinds.get(name) ?? { difference: 0, way: 0 };
    for (let index = 0; index < data.length; index++) {
      kind.difference += ((left[index] ?? NaN) - (right[index] ?? NaN)) ** 2;
      kind.way += ((right[index] ?? NaN) - (data[index] ?? NaN)) ** 2;
    }
    kinds.set(name, kind);
  }
  for (const [name, { difference, way }] of kinds) {
    expect(way, name).toBeGreaterThan(0);
    expect(Math.sqrt(difference / way), name).toBeLessThan(tolerance.weights);
  }
}

function trainGraph(model: LayersModel): Trained {
  const trainer = Trainer.open({
    model,
    side: SIDE,
    preprocess: (_, input) => input,
    trainable: () => true,
    augment: null,
    optimiser: { kind: 'sgd', momentum: MOMENTUM, nesterov: false },
    labelSmoothing: 0,
    l2: 0,
    clipNorm: null,
    ema: null,
  });
  try {
    const [pixels, labels] = batch();
    const step = {
      pixels: Uint8Array.from(pixels),
      labels,
      count: IMAGES.length,
      weights: new Float32Array(IMAGES.length).fill(1),
    };
    const losses = Array.from({ length: STEPS }, (_, index) => {
      return trainer.step(step, { learningRate: RATE, seed: [index, 0] }).loss;
    });
    return { losses, weights: trainer.weights() };
  } finally {
    trainer.close();
  }
}

/** tf.layers, operation by operation. Changes the model's weights. */
function trainLayers(model: LayersModel): Trained {
  const optimizer = tf.train.momentum(RATE, MOMENTUM);
  const [pixels, labels] = batch();
  const losses = Array.from({ length: STEPS }, () =>
    tf.tidy(() => {
      const input = tf.tensor4d(pixels, [IMAGES.length, SIDE, SIDE, 3]);
      const target = tf.tensor2d(labels, [IMAGES.length, CLASSES]);
      const loss = optimizer.minimize(() => {
        const logits = model.apply(input, { training: true });
        if (!(logits instanceof tf.Tensor)) throw new Error('no logits');
        return tf.losses.softmaxCrossEntropy(target, logits).asScalar();
      }, true);
      return loss?.dataSync()[0] ?? NaN;
    }),
  );
  optimizer.dispose();
  const weights = new Map<string, ArrayLike<number>>();
  for (const layer of model.layers) {
    const sides = layer.getClassName() === 'BatchNormalization' ? layer.input : null;
    for (const [weight, { data }] of weightsOf(layer)) {
      const statistic = weight === 'moving_variance' && sides instanceof tf.SymbolicTensor;
      weights.set(`${layer.name}/${weight}`, statistic ? unbiased(data, sides.shape.slice(1, -1)) : data);
    }
  }
  return { losses, weights };
}

/** tf.layers and Keras 3 let the biased variance of a batch in, TensorFlow's own batch norm (and Keras 2, PyTorch) the unbiased one. It was 1 before the first step. */
function unbiased(variance: Float32Array, sides: readonly (number | null)[]): Float32Array {
  const count = sides.reduce<number>((product, side) => product * (side ?? NaN), IMAGES.length);
  const kept = 0.99 ** STEPS;
  return variance.map((value) => kept + ((value - kept) * count) / (count - 1));
}

/** All images, float32 0..255; image i is of class i % 4. */
function batch(): [Float32Array, Float32Array] {
  const pixels = new Float32Array(new Uint8Array(readFileSync(join(folder, 'pixels.bin'))).buffer);
  const labels = Float32Array.from({ length: IMAGES.length * CLASSES }, (_, index) =>
    Math.floor(index / CLASSES) % CLASSES === index % CLASSES ? 1 : 0,
  );
  return [pixels, labels];
}

async function fromKeras(file: string, model: LayersModel): Promise<Weights> {
  const fit = fitKerasWeights(await readKerasFile(join(folder, file)), model);
  if (fit.problem !== null) throw new Error(fit.problem);
  return fit.weights;
}
