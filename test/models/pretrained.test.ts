import { cp, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { efficientNetLite } from '#models/architectures/efficientNetLite';
import type { Backbone } from '#models/architectures/layerWriter';
import { tf } from '#models/backend/tensorflow';
import { Graph } from '#models/graph/graph';
import { openSessions, Session } from '#models/graph/session';
import { lower } from '#models/lowering/lower';
import { assignPretrained } from '#models/pretrained/assign';
import { loadPretrained, type Pretrained } from '#models/pretrained/load';

const FOLDER = 'models/pretrained/efficientnet-lite0';
const REFERENCE = 'test/fixtures/reference';
const SIDE = 96;

/** The network with its ImageNet classifier on top, as published. */
function withClassifier(backbone: Backbone, pretrained: Pretrained): Backbone['model'] {
  const top = backbone.model.outputs[0];
  if (!top) throw new Error('no output');
  const pooled = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(top);
  const output = tf.layers.dense({ units: 1000, name: 'predictions' }).apply(pooled);
  if (!(output instanceof tf.SymbolicTensor)) throw new Error('no output');
  const model = tf.model({ inputs: backbone.model.inputs, outputs: output });
  assignPretrained(model, pretrained);
  return model;
}

function furthest(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return Array.from(left).reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? NaN))), 0);
}

describe('EfficientNet-Lite0 on real cells', () => {
  let model: Backbone['model'];
  let pixels: Float32Array;
  let published: Float32Array;

  beforeAll(async () => {
    model = withClassifier(efficientNetLite('lite0', SIDE), await loadPretrained(FOLDER));
    pixels = Float32Array.from(await readFile(join(REFERENCE, 'lite0-pixels.bin')), (value) => (value - 127) / 128);
    published = new Float32Array(new Uint8Array(await readFile(join(REFERENCE, 'lite0-logits.bin'))).buffer);
  });
  afterAll(() => {
    model.dispose();
  });

  it('gives what the published PyTorch model gives, within 1e-3, and what tf.layers gives, within 1e-4', () => {
    const graph = new Graph();
    const input = graph.placeholder('pixels', 'float32', [null, SIDE, SIDE, 3]);
    const output = lower(graph, model, input).get('predictions');
    if (!output) throw new Error('no output');
    const fetch = graph.operations.find((each) => each.name === 'predictions/biased')?.outputs[0] ?? output;
    const session = Session.open(graph);
    const [ours] = session.run([{ tensor: input, shape: [4, SIDE, SIDE, 3], data: pixels }], [fetch]);
    session.close();
    const layers = tf.tidy(() => {
      const predicted = model.predict(tf.tensor4d(pixels, [4, SIDE, SIDE, 3]));
      if (Array.isArray(predicted)) throw new Error('more than one output');
      return predicted.dataSync();
    });
    expect(ours).toHaveLength(published.length);
    expect(furthest(ours ?? [], published)).toBeLessThan(1e-3);
    expect(furthest(ours ?? [], layers)).toBeLessThan(1e-4);
  });

  it('leaves no tensor, session or memory behind over many runs', () => {
    const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
    const graph = new Graph();
    const input = graph.placeholder('pixels', 'float32', [null, SIDE, SIDE, 3]);
    const output = lower(graph, model, input).get('pool');
    if (!output) throw new Error('no output');
    const session = Session.open(graph);
    const feed = { tensor: input, shape: [4, SIDE, SIDE, 3], data: pixels };
    for (let run = 0; run < 20; run++) session.run([feed], [output]);
    const warm = process.memoryUsage.rss();
    for (let run = 0; run < 200; run++) session.run([feed], [output]);
    // One leaked input a run would be 88 MB, one leaked set of activations several hundred.
    expect(process.memoryUsage.rss() - warm).toBeLessThan(40e6);
    session.close();
    session.close();
    expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
    expect(() => session.run([feed], [output])).toThrow('closed');
  });
});

it('Lite1 and Lite2 come from the same code, with the published numbers of parameters', () => {
  const counts = (['lite0', 'lite1', 'lite2'] as const).map((variant) => {
    const { model } = efficientNetLite(variant, 64);
    const count = model.countParams();
    model.dispose();
    return count;
  });
  // With the classifier (1,281,000), less the moving statistics: 4.65, 5.42 and 6.09 million (the figures of the Lite variants' authors).
  const statistics = [42_016, 52_960, 57_056];
  expect(counts.map((count, index) => ((count + 1_281_000 - (statistics[index] ?? 0)) / 1e6).toFixed(2))).toEqual([
    '4.65',
    '5.42',
    '6.09',
  ]);
});

it('a cut or missing weights file, and a cut card, are refused by name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'smearscope-test-'));
  try {
    await cp(FOLDER, folder, { recursive: true });
    await truncate(join(folder, 'weights.bin'), 1000);
    await expect(loadPretrained(folder)).rejects.toThrow(/weights\.bin is not the file its card describes/);
    await rm(join(folder, 'weights.bin'));
    await expect(loadPretrained(folder)).rejects.toThrow(/weights\.bin is not there/);
    await truncate(join(folder, 'card.json'), 20);
    await expect(loadPretrained(folder)).rejects.toMatchObject({
      failure: { code: 'model-invalid', message: expect.stringMatching(/card\.json is cut or no JSON/) as string },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
