import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { efficientNet } from '#models/architectures/efficientNet';
import type { Backbone } from '#models/architectures/layerWriter';
import { tf } from '#models/backend/tensorflow';
import { Graph } from '#models/graph/graph';
import { Session } from '#models/graph/session';
import { lower } from '#models/lowering/lower';
import { assignPretrained } from '#models/pretrained/assign';
import { loadKerasBackbone } from '#models/pretrained/kerasBackbone';
import { readKerasFile } from '#models/pretrained/readKerasFile';
import { SAMPLE_SLIDE } from '../support/data';
import { distance } from '../support/distance';
import { trainingGraph } from '../support/training';

/** Python with Keras and TensorFlow, made by the test set-up. */
const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const SIDE = 96;
const IMAGES = ['BA_653817.jpg', 'LY_283524.jpg', 'PLATELET_95412.jpg', 'SNE_130136.jpg'];
const VARIANTS = ['b0', 'b1', 'b2'] as const;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smearscope-test-'));
  const images = IMAGES.map((name) => join(SAMPLE_SLIDE, name));
  execFileSync(PYTHON, ['test/models/peers/kerasEfficientNet.py', folder, String(SIDE), ...images], { stdio: 'pipe' });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(VARIANTS)('EfficientNet%s with weights from a Keras file, on real cells', (variant) => {
  let backbone: Backbone;
  let pixels: Float32Array;

  beforeAll(async () => {
    backbone = efficientNet(variant, SIDE, { weights: 'imagenet', dropConnect: 0 });
    assignPretrained(backbone.model, await loadKerasBackbone(join(folder, `${variant}.h5`), variant));
    pixels = floats('pixels.bin');
  });
  afterAll(() => {
    backbone.model.dispose();
  });

  it('has Keras’ layers, in Keras’ order', () => {
    const { model } = efficientNet(variant, SIDE, { weights: 'imagenet' });
    const keras = readFileSync(join(folder, `${variant}.txt`), 'utf8')
      .trim()
      .split('\n');
    expect(model.layers.slice(1).map(({ name }) => name)).toEqual(keras.slice(1));
    model.dispose();
  });

  it('gives what Keras gives at inference, within 1e-4 of the greatest value', () => {
    const graph = new Graph();
    const input = graph.placeholder('pixels', 'float32', [null, SIDE, SIDE, 3]);
    const output = lower(graph, backbone.model, input).get('top_activation');
    if (!output) throw new Error('no output');
    const session = Session.open(graph);
    const [ours] = session.run([{ tensor: input, shape: [IMAGES.length, SIDE, SIDE, 3], data: pixels }], [output]);
    session.close();
    expect(distance(ours, floats(`${variant}-inference.bin`))).toBeLessThan(1e-4);
    const layers = tf.tidy(() => {
      const predicted = backbone.model.predict(tf.tensor4d(pixels, [IMAGES.length, SIDE, SIDE, 3]));
      if (Array.isArray(predicted)) throw new Error('more than one output');
      return predicted.dataSync<'float32'>();
    });
    expect(distance(ours, layers)).toBeLessThan(1e-4);
  });

  it('gives what Keras gives in training, and moves the statistics as TensorFlow does, within 1e-4', async () => {
    const { graph, lowered, feeds, open } = trainingGraph(backbone.model, SIDE, () => true);
    const output = lowered.tensors.get('top_activation');
    if (!output) throw new Error('no output');
    const step = graph.after('step', lowered.updates, output);
    const reads = lowered.variables.map(({ variable }) => variable.readAfter(`${variable.name}/moved`, []));
    const session = open();
    const [ours] = session.run(feeds(pixels, IMAGES.length, 1), [step]);
    const moved = session.run([], reads);
    session.close();
    expect(distance(ours, floats(`${variant}-training.bin`))).toBeLessThan(1e-4);
    const keras = await readKerasFile(join(folder, `${variant}-moved.h5`));
    const statistics = lowered.variables.flatMap(({ name, trainable }, index) => {
      return trainable ? [] : [distance(moved[index], keras.get(name)?.data ?? [])];
    });
    expect(statistics).toHaveLength(2 * backbone.model.layers.filter(isNorm).length);
    expect(Math.max(...statistics)).toBeLessThan(1e-4);
  });
});

function isNorm(layer: Backbone['model']['layers'][number]): boolean {
  return layer.getClassName() === 'BatchNormalization';
}

function floats(name: string): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
}
