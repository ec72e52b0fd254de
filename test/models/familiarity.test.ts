import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transformer } from '@napi-rs/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClassifiedFile } from '#shared/compute/protocol';
import type { Precision } from '#shared/domain/precision';
import type { Views } from '#shared/domain/testTimeAugmentation';
import type { Unlike } from '#shared/domain/unlike';
import { Random } from '#models/data/random';
import { decodeImage } from '#models/data/decode';
import { readCard } from '#models/files/modelFolder';
import { Classifier } from '#models/inference/classifier';
import { classifyFiles } from '#models/inference/classifyFiles';
import { fitLimits, reasonsOf } from '#models/inference/familiarity';
import { addReference } from '#models/training/addReference';
import { fitReference } from '#models/training/fitReference';
import { judge } from '#models/training/judge';
import { scoreSeen, type Scored } from '#models/training/score';
import { SAMPLE_SLIDE } from '../support/data';
import { samplesOf, trainSmall } from '../support/quickModel';
import { smallModel } from '../support/smallModel';
import { temporaryFolder } from '../support/temporary';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const PRETRAINED = 'models/pretrained';

/** Images of three classes, as a network might see them: 400 to learn from and 40 others, some of them strange. */
const [LEARNED, OTHERS, FEATURES, POOL, CLASSES] = [400, 40, 24, 12, 3];

const PEER = `
import json, sys, numpy as np
from scipy.special import logsumexp
data = json.load(sys.stdin)
k, d = data['k'], data['d']
def seen(part): return [np.array(data[part][name], np.float64).reshape(len(data[part]['truth']), -1) for name in ('blocks', 'pool', 'logits')]
blocks, pool, logits = seen('learned')
truth, n = np.array(data['learned']['truth']), len(data['learned']['truth'])
mean, deviation = blocks.mean(0), np.sqrt(blocks.var(0) + 1e-6)
standard = (blocks - mean) / deviation
directions = np.linalg.svd(standard, full_matrices=False)[2][:k].T
places = standard @ directions
centres = np.stack([places[truth == each].mean(0) for each in range(logits.shape[1])])
within = places - centres[truth]
covariance = within.T @ within / n
shrunk = (n * covariance + k * np.trace(covariance) / k * np.eye(k)) / (n + k)
pool_mean = pool.mean(0)
main = np.linalg.svd(pool - pool_mean, full_matrices=False)[2][:d].T
rest = lambda rows: np.linalg.norm((rows - pool_mean) - (rows - pool_mean) @ main @ main.T, axis=1)
scale = logits.max(1).mean() / rest(pool).mean()
blocks, pool, logits = seen('others')
apart = ((blocks - mean) / deviation @ directions)[:, None] - centres[None]
picture = np.sqrt(np.einsum('ncd,de,nce->nc', apart, np.linalg.inv(shrunk), apart).min(1))
print(json.dumps({'picture': picture.tolist(), 'class': (scale * rest(pool) - logsumexp(logits, axis=1)).tolist()}))
`;

interface Seen {
  readonly blocks: Float32Array;
  readonly pool: Float32Array;
  readonly logits: Float32Array;
  readonly truth: number[];
}

/** Rows that vary in half as many directions as they have columns, two of them between the classes, and a little in all; `strange` ones more. */
function seen(n: number, seed: number, strange = 1): Seen {
  const random = new Random(seed);
  const truth = Array.from({ length: n }, (_, row) => row % CLASSES);
  const rows = (width: number): Float32Array => {
    const directions = Math.max(1, width / 2 - (CLASSES - 1));
    const along = Array.from({ length: n * directions }, () => strange * (random.next() - 0.5));
    return Float32Array.from({ length: n * width }, (_, at) => {
      const [row, column] = [Math.floor(at / width), at % width];
      const own = Math.sin((truth[row] ?? 0) * 5 + column / 2);
      const moved = along.slice(row * directions, (row + 1) * directions);
      const varied = moved.reduce(
        (sum, by, direction) => sum + 3 * by * Math.cos(column * (direction + 1) + direction),
        0,
      );
      return own + varied + strange * 0.3 * (random.next() - 0.5);
    });
  };
  return { blocks: rows(FEATURES), pool: rows(POOL), logits: rows(CLASSES), truth };
}

describe('the scores of an image', () => {
  it('are NumPy’s: distance to the nearest class in the directions that vary most, and the virtual logit', () => {
    const [learned, others] = [seen(LEARNED, 1), seen(OTHERS, 2, 3)];
    const reference = fitReference(learned, CLASSES);
    const [k, d] = [reference.projection.shape[1], reference.poolDirections.shape[1]];
    expect([k, d]).toEqual([FEATURES / 2, POOL / 2]);
    const plain = ({ blocks, pool, logits, truth }: Seen): unknown => ({
      blocks: [...blocks],
      pool: [...pool],
      logits: [...logits],
      truth,
    });
    const input = JSON.stringify({ k, d, learned: plain(learned), others: plain(others) });
    const peer = JSON.parse(execFileSync(PYTHON, ['-c', PEER], { input }).toString()) as {
      picture: number[];
      class: number[];
    };
    const { scores } = scoreSeen(others, reference);
    peer.picture.forEach((value, row) => {
      // The reference is stored in float16, 11 bits: a distance that is left of a much greater length errs by some multiple of 2^-11 of that length.
      expect(Math.abs((scores[2 * row] ?? NaN) / value - 1)).toBeLessThan(0.01);
      const length = Math.hypot(...others.pool.subarray(row * POOL, (row + 1) * POOL));
      const tolerance = (reference.poolScale.data[0] ?? NaN) * length * 2 ** -7;
      expect(Math.abs((scores[2 * row + 1] ?? NaN) - (peer.class[row] ?? NaN))).toBeLessThan(Math.max(0.02, tolerance));
    });
  });

  it('refuse about one in a hundred of the images that their limits are fitted on, whatever they are', () => {
    const pairs = fc.array(
      fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true })),
      {
        minLength: 100,
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(pairs, (rows) => {
        const scores = Float32Array.from(rows.flat());
        const limits = fitLimits(scores);
        for (const reason of ['picture', 'class'] as const) {
          const refused = rows.filter((_, row) => reasonsOf(scores, row, limits).includes(reason)).length;
          expect(refused).toBeLessThanOrEqual(Math.ceil(rows.length / 100));
        }
      }),
    );
  });

  it('are judged by limits of the validation set alone, and count on the test set', () => {
    const truth = Array.from({ length: 200 }, (_, row) => row % 2);
    const logits = Float32Array.from(truth.flatMap((top) => [0, 1].map((each) => (each === top ? 6 : -9))));
    const scored = (picture: (row: number) => number): Scored => ({
      logits,
      truth,
      scores: Float32Array.from(truth.flatMap((_, row) => [picture(row), 0])),
    });
    // Every tenth image of the test set is right, for sure, and stranger than any of the validation set.
    const test = scored((row) => (row % 10 === 0 ? 9 : 1));
    const { evaluation } = judge(['a', 'b'], { validation: scored((row) => 5 + row / 100), test }, 0.01);
    expect(evaluation.unfamiliar).toMatchObject({ k: 20, n: 200 });
    expect(evaluation.identified).toMatchObject({ k: 180, n: 200 });
    expect(evaluation.accuracy).toMatchObject({ k: 200, n: 200 });
  });

  it('are unfamiliar where they are no numbers', () => {
    expect(reasonsOf(Float32Array.of(NaN, NaN), 0, { picture: 1, class: 1 })).toEqual(['picture', 'class']);
  });
});

describe('the starter', () => {
  it.each(['float32', 'bfloat16'] as const)(
    'knows the cells of the sample slide in %s, by one view and by eight, and no drawing, red cells alone, plain colour, noise or swapped colours',
    async (precision) => {
      for (const views of [1, 8] as const) await strangersOf(precision, views);
    },
  );

  it('says of a large picture of many cells, none of them in its middle, that it looks like a whole field', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'field.png');
    await writeFile(path, await fieldOf(await sampleCells(120)));
    const classifier = await Classifier.open('models/starter', PRETRAINED);
    const results: ClassifiedFile[] = [];
    await classifyFiles({
      classifier,
      imageStore: join(folder, 'images'),
      files: [
        { key: 1, path },
        ...(await samplesOf('neutrophil')).map((file, index) => ({ key: index + 2, path: file.path })),
      ],
      signal: new AbortController().signal,
      onResults: (some) => results.push(...some),
    });
    classifier.close();
    const fields = results.flatMap((each) =>
      each.kind === 'classified' && each.unlike.includes('field') ? [each] : [],
    );
    expect(fields.map(({ key, unfamiliar }) => [key, unfamiliar])).toEqual([[1, true]]);
  });

  it('has a reference whose limits leave at most one in forty of its test set unfamiliar', async () => {
    const { evaluation, familiarity } = await readCard('models/starter');
    expect(familiarity?.images).toBe(720);
    expect(evaluation.unfamiliar?.n).toBe(1440);
    expect(evaluation.unfamiliar?.value).toBeLessThanOrEqual(0.025);
  });
});

describe('every training', () => {
  it.each(['quick', 'by gradients'] as const)('writes the reference of its own training set: %s', async (kind) => {
    const folder = await temporaryFolder();
    if (kind === 'quick') await trainSmall(folder, await samplesOf('lymphocyte', 'neutrophil'));
    else await smallModel(folder);
    const model = join(folder, 'models', 'small');
    const { familiarity, files } = await readCard(model);
    expect(Object.keys(files)).toContain('reference.bin');
    expect(familiarity?.images).toBeGreaterThan(0);
    const classifier = await Classifier.open(model, PRETRAINED);
    const side = classifier.card.inputSize;
    const noise = Uint8Array.from({ length: side ** 2 * 3 }, (_, at) => Math.imul(at + 1, 2_654_435_761) >>> 24);
    expect(classifier.classify(noise, 1)[0]?.unlike).toContain('picture');
    classifier.close();
  });
});

describe('a model of before', () => {
  /** A model as a program wrote it that knew no references. */
  async function modelOfBefore(folder: string): Promise<string> {
    const model = await smallModel(folder);
    const { files, ...card } = await readCard(model);
    const kept = Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('reference')));
    const { familiarity, ...old } = { ...card, leastFamiliarity: 1e9 };
    expect(familiarity).not.toBeNull();
    await writeFile(join(model, 'card.json'), JSON.stringify({ ...old, files: kept }));
    return model;
  }

  it('goes on to know unfamiliar images by the energy of their logits', async () => {
    const model = await modelOfBefore(await temporaryFolder());
    const classifier = await Classifier.open(model, PRETRAINED);
    const side = classifier.card.inputSize;
    expect(classifier.classify(new Uint8Array(side ** 2 * 3), 1)).toMatchObject([{ unfamiliar: true, unlike: [] }]);
    classifier.close();
  });

  it('gets a reference from the images that it was trained with, and from no others', async () => {
    const folder = await temporaryFolder();
    const modelFolder = await modelOfBefore(folder);
    const files = await samplesOf('lymphocyte', 'neutrophil');
    const { signal } = new AbortController();
    const request = { modelFolder, pretrained: PRETRAINED, out: join(folder, 'out') };
    const ignore = (): void => undefined;
    await expect(addReference({ ...request, files: files.slice(1) }, ignore, signal)).rejects.toThrow(
      'These are not the images that "small" was trained with',
    );
    const card = await addReference({ ...request, files }, ignore, signal);
    expect(await readCard(request.out)).toEqual(card);
    expect(Object.keys(card.files)).toEqual(expect.arrayContaining(['reference.json', 'reference.bin']));
    const classifier = await Classifier.open(request.out, PRETRAINED);
    const side = classifier.card.inputSize;
    const noise = Uint8Array.from({ length: side ** 2 * 3 }, (_, at) => Math.imul(at + 1, 2_654_435_761) >>> 24);
    expect(classifier.classify(noise, 1)[0]?.unlike).toContain('picture');
    classifier.close();
  });
});

async function sampleCells(side: number): Promise<Uint8Array[]> {
  const names = (await readdir(SAMPLE_SLIDE)).sort();
  return Promise.all(
    names.map(async (name) => (await decodeImage(await readFile(join(SAMPLE_SLIDE, name)), side)).pixels),
  );
}

/** Expects what the starter is to know and what not. */
async function strangersOf(precision: Precision, views: Views): Promise<void> {
  const classifier = await Classifier.open('models/starter', PRETRAINED, { precision, views });
  const side = classifier.card.inputSize;
  const cells = (await sampleCells(side)).slice(0, 12);
  const reasons = (images: readonly Uint8Array[]): (readonly Unlike[])[] =>
    classifier.classify(Uint8Array.from(Buffer.concat(images)), images.length).map(({ unlike }) => unlike);
  const strange = (images: readonly Uint8Array[]): number =>
    reasons(images).filter((unlike) => unlike.includes('picture')).length;
  expect(strange(cells), 'cells like those it learned from').toBeLessThanOrEqual(1);
  // A corner of each image, enlarged without smoothing: red cells and plasma.
  const corner = (pixels: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: pixels.length }, (_, at) => {
      const [row, column] = [Math.floor(at / 3 / side), Math.floor(at / 3) % side].map((each) => each >> 2);
      return pixels[((row ?? 0) * side + (column ?? 0)) * 3 + (at % 3)] ?? 0;
    });
  expect(strange(cells.map(corner)), 'red cells alone').toBe(cells.length);
  const plain = cells.map((pixels, image) => pixels.map((_, at) => (at % 3 === 0 ? 40 + 5 * image : 90)));
  expect(strange(plain), 'plain colour').toBe(cells.length);
  const noise = cells.map((pixels, image) => pixels.map((_, at) => Math.imul(at + 1, 2_654_435_761 + image) >>> 24));
  expect(strange(noise), 'noise').toBe(cells.length);
  const drawings = cells.map((_, image) => drawing(side, image));
  expect(strange(drawings), 'drawings').toBe(cells.length);
  const swapped = reasons(cells.map((pixels) => pixels.map((_, at) => pixels[at - (at % 3) + 2 - (at % 3)] ?? 0)));
  expect(swapped.filter((unlike) => unlike.includes('picture')).length, 'swapped').toBe(cells.length);
  expect(swapped.filter((unlike) => unlike.includes('swapped')).length, 'and said to be').toBeGreaterThan(
    cells.length / 2,
  );
  classifier.close();
}

/** A cell as a child draws it: a purple disc in a pale one, on paper. */
function drawing(side: number, image: number): Uint8Array {
  return Uint8Array.from({ length: side ** 2 * 3 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3 / side), Math.floor(at / 3) % side];
    const distance = Math.hypot(row - side / 2, column - side / 2 + image - 10);
    const colour =
      distance < side / 5 + image ? [90, 40, 140] : distance < side / 3 ? [225, 190, 225] : [250, 240, 235];
    return colour[at % 3] ?? 0;
  });
}

/** PNG of 600 x 600 px: cells of 120 px around an empty middle. */
async function fieldOf(cells: readonly Uint8Array[]): Promise<Uint8Array> {
  const [side, cell] = [600, 120];
  const pixels = new Uint8Array(side ** 2 * 4).fill(255);
  for (let at = 0; at < side ** 2; at++) {
    const [row, column] = [Math.floor(at / side), at % side];
    const tile = Math.floor(row / cell) * 5 + Math.floor(column / cell);
    const isMiddle = [6, 7, 8, 11, 12, 13, 16, 17, 18].includes(tile);
    const from = ((row % cell) * cell + (column % cell)) * 3;
    const background = [236, 222, 214];
    for (const channel of [0, 1, 2]) {
      pixels[at * 4 + channel] = (isMiddle ? background[channel] : cells[tile]?.[from + channel]) ?? 0;
    }
  }
  return Transformer.fromRgbaPixels(pixels, side, side).png();
}
