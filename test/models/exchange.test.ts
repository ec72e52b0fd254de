import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tf } from '#models/backend/tensorflow';
import { exportModel } from '#models/exchange/exportModel';
import { importModel } from '#models/exchange/importModel';
import { readCard } from '#models/files/modelFolder';
import { Session } from '#models/graph/session';
import { Classifier } from '#models/inference/classifier';
import { decodeImage } from '#models/data/decode';
import { modelGraph } from '#models/inference/modelGraph';
import { readWeights } from '#models/files/weightsFile';
import { SAMPLE_SLIDE } from '../support/data';
import { samplesOf, trainSmall } from '../support/quickModel';
import { expectSameLogits, expectSameProbabilities } from '../support/rounding';
import { smallModel } from '../support/smallModel';
import { temporaryFolder } from '../support/temporary';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const PRETRAINED = 'models/pretrained';

const PEER = `
import json, sys, numpy as np, keras, tensorflow as tf
request = json.load(sys.stdin)
served = []
for folder, pixels, side in request['served']:
    images = np.fromfile(pixels, np.uint8).reshape(-1, side, side, 3)
    outputs = tf.saved_model.load(folder).signatures['serving_default'](pixels=tf.constant(images))
    served.append({name: outputs[name].numpy().ravel().tolist() for name in ('probabilities', 'logits')})
x = inputs = keras.Input((32, 32, 3))
x = keras.layers.Conv2D(32, 3, padding='same', use_bias=False, name='block1a_1_conv')(x)
x = keras.layers.BatchNormalization(name='block1a_1_bn')(x)
x = keras.layers.Dense(2, name='head_output')(keras.layers.Conv2D(256, 1, name='of_their_own')(x))
model = keras.Model(inputs, x)
model.load_weights(request['weights'], by_name=True)
loaded = [weight.ravel().tolist() for name in ('block1a_1_conv', 'block1a_1_bn', 'head_output') for weight in model.get_layer(name).get_weights()]
print(json.dumps({'served': served, 'loaded': loaded}))
`;

/** Sample images as the classifier of a model takes them, and its probabilities. */
async function classified(
  modelFolder: string,
): Promise<{ pixels: string; side: number; temperature: number; probabilities: number[] }> {
  const classifier = await Classifier.open(modelFolder, PRETRAINED, { precision: 'float32' });
  try {
    const side = classifier.card.inputSize;
    const names = (await readdir(SAMPLE_SLIDE)).slice(0, 6);
    const images = await Promise.all(
      names.map(async (name) => (await decodeImage(await readFile(join(SAMPLE_SLIDE, name)), side)).pixels),
    );
    const pixels = join(await temporaryFolder(), 'pixels');
    await writeFile(pixels, Buffer.concat(images));
    return {
      pixels,
      side,
      temperature: classifier.card.temperature,
      probabilities: classifier
        .classify(Buffer.concat(images), names.length)
        .flatMap((each) => [...each.probabilities]),
    };
  } finally {
    classifier.close();
  }
}

async function quickModel(folder: string): Promise<string> {
  const quick = join(folder, 'quick');
  await trainSmall(quick, await samplesOf('lymphocyte', 'neutrophil'));
  return join(quick, 'models', 'small');
}

describe('a model that leaves the program', () => {
  it('gives the same probabilities in Python’s TensorFlow, and its weights to Keras by name', async () => {
    const folder = await temporaryFolder();
    const small = await smallModel(folder);
    const models = ['models/starter', small, await quickModel(folder)];
    const ours = await Promise.all(models.map(classified));
    const served: [string, string, number][] = [];
    for (const [index, modelFolder] of models.entries()) {
      const out = join(folder, `served-${String(index)}`);
      const written = await exportModel({ modelFolder, format: 'saved-model', out, pretrained: PRETRAINED });
      expect(written.sort()).toEqual(['card.json', 'saved_model.pb']);
      served.push([out, ours[index]?.pixels ?? '', ours[index]?.side ?? 0]);
    }
    const keras = join(folder, 'keras');
    await exportModel({ modelFolder: small, format: 'keras', out: keras, pretrained: PRETRAINED });
    const out = execFileSync(PYTHON, ['-c', PEER], {
      encoding: 'utf8',
      input: JSON.stringify({ served, weights: join(keras, 'weights.h5') }),
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    });
    const peers = JSON.parse(out) as { served: { probabilities: number[]; logits: number[] }[]; loaded: number[][] };
    ours.forEach(({ probabilities, temperature }, index) => {
      const theirs = peers.served[index] ?? { probabilities: [], logits: [] };
      expectSameProbabilities(probabilities, theirs.probabilities, { ...theirs, temperature });
    });
    const weights = await readWeights(small, (await readCard(small)).files);
    const names = [
      'block1a_1_conv/kernel',
      ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map((each) => `block1a_1_bn/${each}`),
      'head_output/kernel',
      'head_output/bias',
    ];
    expect(peers.loaded).toEqual(names.map((name) => Array.from(weights.get(name)?.data ?? [])));
  });

  it.each(['float32', 'float16'] as const)(
    'stored in %s, opens with tf.loadLayersModel, to the logits of its own graph',
    async (precision) => {
      const folder = await temporaryFolder();
      const small = await smallModel(folder, precision);
      const { size } = await stat(join(small, 'weights.bin'));
      const values = [...(await readWeights(small, (await readCard(small)).files)).values()];
      expect(size).toBe(values.reduce((sum, { data }) => sum + data.length, 0) * (precision === 'float32' ? 4 : 2));
      const out = join(folder, 'tfjs');
      await exportModel({ modelFolder: small, format: 'tfjs', out, pretrained: PRETRAINED });
      const model = await tf.loadLayersModel(pathToFileURL(join(out, 'model.json')).href);
      const { card, graph, pixels, logits } = await modelGraph(small, PRETRAINED);
      const session = Session.open(graph);
      try {
        const grey = new Uint8Array(48 * 48 * 3).fill(100);
        const [ours] = session.run([{ tensor: pixels, shape: [1, 48, 48, 3], data: grey }], [logits]);
        const theirs = tf.tidy(() => {
          const output = model.predict(tf.fill([1, 32, 32, 3], 100));
          return Array.from((Array.isArray(output) ? output[0] : output)?.dataSync() ?? []);
        });
        expect(theirs).toHaveLength(card.classIds.length);
        expectSameLogits(theirs, Array.from(ours ?? []));
      } finally {
        session.close();
        model.dispose();
      }
    },
  );

  it('is not written over what is there, nor in a form it does not have', async () => {
    const out = join(await temporaryFolder(), 'there');
    await mkdir(out);
    await writeFile(join(out, 'notes.txt'), 'mine');
    const modelFolder = await quickModel(await temporaryFolder());
    const request = { modelFolder, out, pretrained: PRETRAINED };
    await expect(exportModel({ ...request, format: 'saved-model' })).rejects.toThrow('is there already, and not empty');
    await expect(exportModel({ ...request, format: 'tfjs' })).rejects.toThrow('is a quick model');
    expect(await readdir(out)).toEqual(['notes.txt']);
    const within = { ...request, out: join(out, 'notes.txt', 'x') };
    await expect(exportModel({ ...within, format: 'saved-model' })).rejects.toThrow(`${within.out} cannot be written.`);
  });
});

describe('a model that is taken in', () => {
  it('is copied whole under its new name', async () => {
    const folder = await temporaryFolder();
    const modelFolder = join(folder, 'models', 'theirs');
    const card = await importModel({ from: 'models/starter', modelFolder, modelId: 'theirs', pretrained: PRETRAINED });
    expect([card.id, card.name]).toEqual(['theirs', 'Starter']);
    const classifier = await Classifier.open(modelFolder, PRETRAINED);
    expect(classifier.card).toEqual(card);
    classifier.close();
  });

  it('is refused where a file is cut or the card points out of its folder, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const from = join(folder, 'starter');
    const request = { from, modelFolder: join(folder, 'models', 'x'), modelId: 'x', pretrained: PRETRAINED };
    await cp('models/starter', from, { recursive: true });
    await truncate(join(from, 'weights.bin'), 1000);
    await expect(importModel(request)).rejects.toThrow('weights.bin is not the file its card describes');
    const card = JSON.parse(await readFile(join(from, 'card.json'), 'utf8')) as { files: Record<string, string> };
    card.files['../../secret'] = '0';
    await writeFile(join(from, 'card.json'), JSON.stringify({ ...card, files: { '../../secret': '0' } }));
    await expect(importModel(request)).rejects.toThrow('names a file outside its folder');
    await writeFile(join(from, 'card.json'), '{"half');
    await expect(importModel(request)).rejects.toThrow('card.json is cut or no JSON');
    await rm(join(from, 'card.json'));
    const missing: unknown = await importModel(request).catch((error: unknown) => error);
    expect(missing).toMatchObject({
      failure: {
        message: `The model file ${join(from, 'card.json')} is not there.`,
        hint: expect.stringContaining('A model folder holds card.json') as string,
      },
    });
    expect(await readdir(folder)).toEqual(['starter']);
  });

  it('is refused where its files are whole but do not fit each other, by name', async () => {
    const folder = await temporaryFolder();
    const from = await quickModel(folder);
    const request = { from, modelFolder: join(folder, 'models', 'x'), modelId: 'x', pretrained: PRETRAINED };
    const card = await readCard(from);
    const refused = async (change: Partial<typeof card>, files: Record<string, Buffer>, because: string) => {
      const kept = await Promise.all(
        Object.keys(files).map(async (name) => [name, await readFile(join(from, name))] as const),
      );
      const hashes = Object.entries(files).map(([name, bytes]) => [
        name,
        createHash('sha256').update(bytes).digest('hex'),
      ]);
      for (const [name, bytes] of Object.entries(files)) await writeFile(join(from, name), bytes);
      const changed = {
        ...card,
        ...change,
        files: { ...card.files, ...(Object.fromEntries(hashes) as Record<string, string>) },
      };
      await writeFile(join(from, 'card.json'), JSON.stringify(changed));
      await expect(importModel(request)).rejects.toMatchObject({
        failure: { code: 'model-invalid', message: expect.stringContaining(because) as string },
      });
      for (const [name, bytes] of kept) await writeFile(join(from, name), bytes);
    };
    const more = [...card.classIds, 'zebra'];
    await refused({ classIds: more }, {}, '2 classes in its weights, 3 in its card');
    await refused({}, { 'weights.bin': Buffer.alloc(10) }, 'weights.bin has 10 bytes, its weights.json names');
    await refused({}, { 'weights.json': Buffer.from('[{"half') }, 'weights.json is cut or no JSON');
    await refused({}, { 'weights.json': Buffer.from('[{"name":1}]') }, 'weights.json is no list of weights (0.name');
    const headless = { 'weights.json': Buffer.from('[]'), 'weights.bin': Buffer.alloc(0) };
    await refused({}, headless, 'does not hold the network of its card (no weight "head/hidden/kernel")');
    const weights = await readFile(join(from, 'weights.bin'));
    weights.writeFloatLE(NaN, weights.length - 4);
    await refused({}, { 'weights.bin': weights }, 'that are no numbers');
    expect(await readdir(folder)).not.toContain('models');
  });

  it('is refused where its card is out of all bounds, by name', async () => {
    const folder = await temporaryFolder();
    const from = await quickModel(folder);
    const request = { from, modelFolder: join(folder, 'models', 'x'), modelId: 'x', pretrained: PRETRAINED };
    const card = await readCard(from);
    const [first = '', ...others] = card.classIds;
    const bad: [string, object][] = [
      ['inputSize', { inputSize: 8192 }],
      ['backbone.name', { backbone: { ...card.backbone, name: '../../../../../etc' } }],
      ['expectedError', { expectedError: -5 }],
      ['classIds: two classes have one name', { classIds: [first, ...others, ` ${first.toUpperCase()}`] }],
      ['classIds.0: a class has no name', { classIds: [' ', ...others] }],
      ['files: two files have one name', { files: { ...card.files, 'CARD.JSON': '0' } }],
      ['files: two files have one name', { files: { ...card.files, 'Weights.bin': '0' } }],
    ];
    for (const [because, change] of bad) {
      await writeFile(join(from, 'card.json'), JSON.stringify({ ...card, ...change }));
      await expect(importModel(request)).rejects.toMatchObject({
        failure: { code: 'model-invalid', message: expect.stringContaining(`is no model card (${because}`) as string },
      });
    }
    expect(await readdir(folder)).not.toContain('models');
  });
});
