import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallCnn } from '#models/architectures/smallCnn';
import { withClassifier } from '#models/architectures/classifierHead';
import { tf } from '#models/backend/tensorflow';
import type { Graph, GraphTensor } from '#models/graph/graph';
import { openSessions } from '#models/graph/session';
import { Trainer, type TrainerOptions } from '#models/training/trainer';
import { optimiserSchema } from '#shared/domain/recipe';
import { setWeights, valuesOf, weightsIn } from '#models/pretrained/networkWeights';
import { expectClose, values } from '../support/graphs';

const SIDE = 16;
const CLASSES = 3;

/** A small network with dropout and batch norm. */
function network(dropout = 0.2): TrainerOptions['model'] {
  return withClassifier(smallCnn('plain', SIDE, 3), {
    classes: CLASSES,
    head: { dropout, batchNorm: true, dense: [8], slope: 0.3, denseDropout: 0 },
    seed: 4,
  });
}

function options(model: TrainerOptions['model'], change: Partial<TrainerOptions> = {}): TrainerOptions {
  return {
    model,
    side: SIDE,
    preprocess: (_: Graph, pixels: GraphTensor) => pixels,
    trainable: () => true,
    augment: null,
    optimiser: optimiserSchema.parse({ kind: 'adam' }),
    labelSmoothing: 0.1,
    l2: 1e-4,
    clipNorm: 5,
    ema: 0.9,
    ...change,
  };
}

type Batch = Parameters<Trainer['step']>[0];

/** Images whose class is their brightest channel. */
function batchOf(seed: number, count: number): Batch {
  const noise = values(seed, [count * SIDE * SIDE * 3]).data;
  const labels = new Float32Array(count * CLASSES);
  const pixels = Uint8Array.from(noise, (value, index) => {
    const image = Math.floor(index / (SIDE * SIDE * 3));
    const bright = index % 3 === (image * 7 + seed) % CLASSES;
    return 100 + 10 * value + (bright ? 60 : 0);
  });
  for (let image = 0; image < count; image++) labels[image * CLASSES + ((image * 7 + seed) % CLASSES)] = 1;
  return { pixels, count, labels, weights: new Float32Array(count).fill(1) };
}

function train(trainer: Trainer, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => {
    const step = from + index;
    return trainer.step(batchOf(step, 8), { learningRate: 1e-2, seed: [5, step] }).loss;
  });
}

/** A hash of each value's bytes. */
function fingerprint(state: ReadonlyMap<string, Float32Array>): Record<string, string> {
  return Object.fromEntries(
    [...state].map(([name, data]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [name, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
}

let model: TrainerOptions['model'];
let before: { tensors: number; sessions: number };

beforeAll(() => {
  before = { tensors: tf.memory().numTensors, sessions: openSessions() };
  model = network();
});

afterAll(() => {
  model.dispose();
  expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
});

describe('a trainer', () => {
  it('learns, and serves what it has learned', () => {
    // Statistics that move by a hundredth a step would need hundreds of steps to be worth serving.
    const trainer = Trainer.open(options(model, { trainable: (name) => !name.endsWith('bn') }));
    const losses = train(trainer, 0, 40);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.7);
    const { pixels, count, labels } = batchOf(1000, 30);
    const logits = trainer.predict(pixels, count);
    const greatest = (data: Float32Array, row: number): number => {
      const scores = data.subarray(row * CLASSES, (row + 1) * CLASSES);
      return scores.indexOf(Math.max(...scores));
    };
    const rows = Array.from({ length: count }, (_, row) => row);
    expect(rows.filter((row) => greatest(logits, row) === greatest(labels, row)).length).toBeGreaterThan(27);
    trainer.close();
  });

  it('cut and resumed from its state, gives bitwise the losses and weights of one that was not cut', () => {
    const whole = Trainer.open(options(model));
    const losses = train(whole, 0, 10);
    const cut = Trainer.open(options(model));
    const first = train(cut, 0, 6);
    const state = new Map([...cut.state()].map(([name, data]) => [name, data.slice()]));
    train(cut, 6, 9);
    cut.close();
    const resumed = Trainer.open(options(model));
    resumed.restore(state);
    expect([...first, ...train(resumed, 6, 10)]).toEqual(losses);
    expect(fingerprint(resumed.state())).toEqual(fingerprint(whole.state()));
    whole.close();
    resumed.close();
  });

  it('leaves arrays that it gave, and those it was given, as they are', () => {
    const trainer = Trainer.open(options(model));
    train(trainer, 0, 1);
    const given = trainer.state();
    const before = fingerprint(given);
    trainer.restore(given);
    train(trainer, 1, 4);
    expect(fingerprint(given)).toEqual(before);
    trainer.close();
  });

  it('leaves the model as it was, and leaves no tensor or session behind', () => {
    const weights = (): unknown => fingerprint(valuesOf(weightsIn(model)));
    const own = weights();
    const tensors = tf.memory().numTensors;
    const sessions = openSessions();
    const trainer = Trainer.open(options(model));
    train(trainer, 0, 2);
    const { pixels, count } = batchOf(0, 8);
    trainer.predict(pixels, count);
    train(trainer, 2, 3);
    trainer.predict(pixels, count);
    trainer.state();
    trainer.close();
    expect(weights()).toEqual(own);
    expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual({ tensors, sessions });
  });

  it('gives the weights that it serves: set into the model, they predict the same', () => {
    const trainer = Trainer.open(options(model, { trainable: (name) => name.startsWith('head') }));
    train(trainer, 0, 5);
    const names = [...trainer.weights().keys()];
    expect(names.every((name) => name.startsWith('head'))).toBe(true);
    expect(names).toContain('head_bn/moving_variance');
    const { pixels, count } = batchOf(9, 8);
    const served = trainer.predict(pixels, count);
    const kept = model.getWeights().map((each) => each.clone());
    setWeights(model, trainer.weights());
    const output = tf.tidy(() => {
      const result = model.predict(tf.tensor(pixels, [count, SIDE, SIDE, 3], 'float32'));
      if (Array.isArray(result)) throw new Error('one output');
      return result.dataSync();
    });
    model.setWeights(kept);
    tf.dispose(kept);
    expectClose(served, output, 3);
    trainer.close();
  });

  it('refuses a state that lacks a value, by its name', () => {
    const trainer = Trainer.open(options(model));
    const state = new Map(trainer.state());
    state.delete('adam/head_output/kernel/m');
    expect(() => {
      trainer.restore(state);
    }).toThrow('The state has no adam/head_output/kernel/m.');
    trainer.close();
  });
});

describe('a batch in pieces', () => {
  it('moves the weights as the whole batch does, where no layer looks across images', () => {
    const change = {
      trainable: (name: string) => name === 'head_output' || name === 'head_1_dense',
      optimiser: optimiserSchema.parse({ kind: 'sgd' }),
      ema: null,
    };
    const whole = Trainer.open(options(model, change));
    const pieces = Trainer.open(options(model, { ...change, accumulate: 3 }));
    const batch = { ...batchOf(2, 10), weights: values(8, [10]).data.map(Math.abs) };
    for (let step = 0; step < 4; step++) {
      const together = whole.step(batch, { learningRate: 0.05, seed: [1, step] });
      const apart = pieces.step(batch, { learningRate: 0.05, seed: [1, step] });
      expect(apart.loss).toBeCloseTo(together.loss, 5);
      expect(apart.correct).toBe(together.correct);
    }
    const expected = whole.weights();
    for (const [name, data] of pieces.weights()) expectClose(data, expected.get(name) ?? new Float32Array(), 5);
    whole.close();
    pieces.close();
  });
});

it('resident memory is flat over 2,000 steps', () => {
  const trainer = Trainer.open(options(model, { trainable: (name) => name.startsWith('head') }));
  const batch = batchOf(1, 4);
  const run = (steps: number): number => {
    for (let step = 0; step < steps; step++) trainer.step(batch, { learningRate: 1e-3, seed: [1, step] });
    return process.memoryUsage.rss() / 2 ** 20;
  };
  const settled = run(500);
  // 2,000 steps that each lost but one batch (3 kB) and the head's weights (9 kB) would add 24 MiB.
  expect(run(2000) - settled).toBeLessThan(20);
  trainer.close();
});
