import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassifiedFile } from '#shared/compute/protocol';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { tf } from '#models/backend/tensorflow';
import { readCard } from '#models/files/modelFolder';
import { openSessions, Session } from '#models/graph/session';
import { BATCH, Classifier } from '#models/inference/classifier';
import { classifyFiles } from '#models/inference/classifyFiles';
import { decodeImage } from '#models/data/decode';
import { modelGraph } from '#models/inference/modelGraph';
import { SAMPLE_SLIDE } from '../support/data';
import { samplesOf, trainSmall } from '../support/quickModel';
import { expectSameProbabilities } from '../support/rounding';
import { smallModel } from '../support/smallModel';
import { temporaryFolder } from '../support/temporary';

const PRETRAINED = 'models/pretrained';

/** An image as rows of pixels. */
type Rows = readonly (readonly (readonly number[])[])[];

const mirrored = (image: Rows): Rows => image.map((row) => [...row].reverse());

/** Turned by a quarter against the clock: the last column becomes the first row. */
const turned = (image: Rows): Rows =>
  image.map((_, column) => image.flatMap((row) => [row[row.length - 1 - column] ?? []]));

function rowsOf(pixels: Uint8Array, side: number): Rows {
  const pixel = (at: number): number[] => [...pixels.subarray(at * 3, at * 3 + 3)];
  return Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_unused, x) => pixel(y * side + x)));
}

const bytesOf = (images: readonly Rows[]): Uint8Array => Uint8Array.from(images.flat(3));

/** The views that each number of them stands for, by plain arrays. */
function viewsOf(image: Rows, views: Views): Rows[] {
  const quarters = [image];
  for (let turn = 0; turn < 3; turn++) quarters.push(turned(quarters[turn] ?? image));
  return { 1: [image], 2: [image, mirrored(image)], 4: quarters, 8: [...quarters, ...quarters.map(mirrored)] }[views];
}

async function sampleImages(side: number, count: number): Promise<Rows[]> {
  const names = (await readdir(SAMPLE_SLIDE)).sort().slice(0, count);
  return Promise.all(
    names.map(async (name) => rowsOf((await decodeImage(await readFile(join(SAMPLE_SLIDE, name)), side)).pixels, side)),
  );
}

/** The logits of the plain model, an array an image. */
async function plainLogits(folder: string, images: readonly Rows[]): Promise<number[][]> {
  const { card, graph, pixels, logits } = await modelGraph(folder, PRETRAINED);
  const session = Session.open(graph);
  try {
    const shape = [images.length, card.inputSize, card.inputSize, 3];
    const [result = []] = session.run([{ tensor: pixels, shape, data: bytesOf(images) }], [logits]);
    const classes = card.classIds.length;
    return images.map((_, row) => [...result.slice(row * classes, (row + 1) * classes)]);
  } finally {
    session.close();
  }
}

/** softmax(mean of logits / temperature). */
function meanAnswer(logits: readonly (readonly number[])[], temperature: number): number[] {
  const means = (logits[0] ?? []).map(
    (_, index) => logits.reduce((sum, each) => sum + (each[index] ?? 0), 0) / logits.length,
  );
  const powers = means.map((value) => Math.exp((value - Math.max(...means)) / temperature));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

async function classified(folder: string, views: Views, images: readonly Rows[]): Promise<number[]> {
  const classifier = await Classifier.open(folder, PRETRAINED, { views, precision: 'float32' });
  try {
    return classifier.classify(bytesOf(images), images.length).flatMap(({ probabilities }) => [...probabilities]);
  } finally {
    classifier.close();
  }
}

const made = mkdtempSync(join(tmpdir(), 'smearscope-test-'));
const folders = { quick: join(made, 'models', 'small'), 'whole-network': '' };

beforeAll(async () => {
  await trainSmall(made, await samplesOf('lymphocyte', 'neutrophil'));
  folders['whole-network'] = await smallModel(join(made, 'whole'));
});
afterAll(() => rm(made, { recursive: true }));

describe.each(['quick', 'whole-network'] as const)('a %s model', (kind) => {
  it.each([2, 4, 8] as const)(
    'that sees %i views answers with the mean of its logits for each alone, whichever way a cell lies among them',
    async (views) => {
      const { inputSize, classIds, temperature } = await readCard(folders[kind]);
      const images = await sampleImages(inputSize, 2);
      const logits = await plainLogits(
        folders[kind],
        images.flatMap((image) => viewsOf(image, views)),
      );
      const means = images.flatMap((_, index) =>
        meanAnswer(logits.slice(index * views, (index + 1) * views), temperature),
      );
      // Else there would be nothing to see in another view.
      expect(meanAnswer(logits.slice(0, 1), temperature)).not.toEqual(means.slice(0, classIds.length));
      const lying = [
        images,
        ...(views > 2 ? [images.map(turned)] : []),
        ...(views !== 4 ? [images.map(mirrored)] : []),
      ];
      const answers = await classified(folders[kind], views, lying.flat());
      expectSameProbabilities(
        answers,
        lying.flatMap(() => means),
        { logits: logits.flat(), temperature },
      );
    },
  );
});

it('a folder is classified in portions that with all their views are no larger than a plain one, its rest included, and leaves nothing open', async () => {
  const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
  const names = (await readdir(SAMPLE_SLIDE)).sort().slice(0, 10);
  const files = names.map((name, key) => ({ key, path: join(SAMPLE_SLIDE, name) }));
  const classifier = await Classifier.open('models/starter', PRETRAINED, { views: 8, precision: 'float32' });
  const portions: number[] = [];
  const results: ClassifiedFile[] = [];
  try {
    expect(classifier.batch * 8).toBe(BATCH);
    await classifyFiles({
      classifier,
      imageStore: await temporaryFolder(),
      files,
      signal: new AbortController().signal,
      onResults: (portion) => {
        portions.push(portion.length);
        results.push(...portion);
      },
    });
    expect(portions).toEqual([4, 4, 2]);
    const { inputSize, temperature } = classifier.card;
    const alone = await sampleImages(inputSize, names.length);
    for (const [index, result] of results.entries()) {
      const image = alone[result.key];
      if (result.kind !== 'classified' || !image) throw new Error(`${names[index] ?? ''} is not classified`);
      const [each] = classifier.classify(bytesOf([image]), 1);
      const scale = { logits: (await plainLogits('models/starter', [image])).flat(), temperature };
      expectSameProbabilities([...result.probabilities], [...(each?.probabilities ?? [])], scale);
    }
  } finally {
    classifier.close();
  }
  expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
});
