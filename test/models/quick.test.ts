import { readdir, readFile, rm, writeFile, mkdir, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuickEvent } from '#shared/compute/protocol';
import { tf } from '#models/backend/tensorflow';
import { openSessions } from '#models/graph/session';
import { encodePicture } from '#models/data/decode';
import { calibrated, fitTemperature, fitThreshold } from '#models/training/calibrate';
import { chooseWeightDecay } from '#models/training/chooseWeightDecay';
import { stratifiedFolds, stratifiedSplit, type SplitItem } from '#models/data/split';
import { quickRecipeSchema } from '#shared/domain/recipe';
import { UNFINISHED } from '#shared/domain/unfinished';
import { countedAsMatrix, predictionsIn } from '../support/predictions';
import { samplesOf, trainSmall } from '../support/quickModel';
import { temporaryFolder } from '../support/temporary';

describe('quick training', () => {
  it('learns two classes, says what it left out, and leaves nothing in memory', async () => {
    const folder = await temporaryFolder();
    const files = await samplesOf('neutrophil', 'lymphocyte');
    await mkdir(join(folder, 'extra'));
    await writeFile(join(folder, 'extra', 'text.jpg'), 'no image');
    await copyFile(files[0]?.path ?? '', join(folder, 'extra', 'copy.jpg'));
    const extra = ['text.jpg', 'copy.jpg'].map((name) => ({
      path: join(folder, 'extra', name),
      classId: files[0]?.classId ?? '',
      slide: null,
    }));
    const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
    const events: QuickEvent[] = [];
    const { card, leftOut } = await trainSmall(folder, [...files, ...extra], undefined, (event) => events.push(event));
    expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
    expect(leftOut.map(({ path }) => path).sort()).toEqual(extra.map(({ path }) => path).sort());
    expect(card.classIds).toEqual(['lymphocyte', 'neutrophil']);
    expect(countedAsMatrix(predictionsIn(events), card.classIds)).toEqual(card.evaluation.confusion);
    expect(card.data.training + card.data.validation + card.data.test).toBe(files.length);
    expect(
      (await readdir(join(folder, 'models'), { recursive: true })).filter((name) => !name.startsWith('small')),
    ).toEqual([UNFINISHED]);
  });

  it('gives the same model from the same seed, from images or from the features it kept', async () => {
    const folder = await temporaryFolder();
    const files = await samplesOf('neutrophil', 'lymphocyte');
    const first = await trainSmall(folder, files);
    const second = await trainSmall(await temporaryFolder(), files);
    expect(second.card.files['weights.bin']).toBe(first.card.files['weights.bin']);
    await rm(join(folder, 'models'), { recursive: true });
    const done: number[] = [];
    const third = await trainSmall(folder, files, undefined, (event) => {
      if (event.kind === 'progress' && event.progress.stage === 'features') done.push(event.progress.done);
    });
    expect(done[0]).toBe(third.card.data.training);
    expect(third.card.files['weights.bin']).toBe(first.card.files['weights.bin']);
  });

  it('refuses one class, and a class with one image, by name', async () => {
    const folder = await temporaryFolder();
    await expect(trainSmall(folder, await samplesOf('neutrophil'))).rejects.toThrow(
      'Training needs at least two classes; there is one.',
    );
    await expect(trainSmall(folder, await samplesOf('neutrophil', 'basophil'))).rejects.toThrow(
      'Too few readable images: basophil (1).',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a class whose images turn out to be cut once they are decoded, by name', async () => {
    const folder = await temporaryFolder();
    const files = await samplesOf('neutrophil', 'lymphocyte');
    const cut = files.map(async (file) => {
      if (file.classId !== 'lymphocyte') return file;
      // A PNG has no end to be looked for: that it is cut shows when it is decoded.
      const path = join(folder, `${basename(file.path)}.png`);
      const bytes = await encodePicture(await readFile(file.path), 64);
      await writeFile(path, bytes.subarray(0, bytes.length / 2));
      return { ...file, path };
    });
    await expect(trainSmall(folder, await Promise.all(cut))).rejects.toThrow(
      'Too few readable images: lymphocyte (0).',
    );
    expect(await readdir(folder)).not.toContain('models');
  });

  it('stops when asked, and leaves no model behind', async () => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    controller.abort();
    await expect(trainSmall(folder, await samplesOf('neutrophil', 'lymphocyte'), controller.signal)).rejects.toThrow(
      'stopped',
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the split', () => {
  const items = fc.array(
    fc.record({
      hash: fc.nat(500).map(String),
      classId: fc.constantFrom('a', 'b', 'c'),
      slide: fc.option(fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6')),
      alike: fc.option(fc.constantFrom('p1', 'p2', 'p3'), { freq: 2 }),
    }),
    { minLength: 1, maxLength: 200 },
  );
  it('keeps slides, equal images and copies of one picture together, whatever the order of the files', () => {
    fc.assert(
      fc.property(items, fc.nat(100), (list, seed) => {
        const shares = { test: 0.2, validation: 0.1, seed };
        const parts = stratifiedSplit(list, shares);
        const groups = new Map<string, Set<string>>();
        list.forEach((item, index) => {
          for (const group of [item.slide, item.alike, item.hash].filter((each) => each !== null))
            groups.set(group, (groups.get(group) ?? new Set()).add(parts[index] ?? ''));
        });
        for (const held of groups.values()) expect(held.size).toBe(1);
        expect(stratifiedSplit([...list].reverse(), shares)).toEqual([...parts].reverse());
      }),
    );
  });

  it('takes the share of every class to the image where images stand alone', () => {
    const list = Array.from({ length: 300 }, (_, index) => ({
      hash: String(index),
      classId: index < 200 ? 'a' : 'b',
      slide: null,
      alike: null,
    }));
    const parts = stratifiedSplit(list, { test: 0.2, validation: 0.1, seed: 7 });
    const count = (part: string, from: number, to: number): number =>
      parts.slice(from, to).filter((each) => each === part).length;
    expect([
      count('test', 0, 200),
      count('test', 200, 300),
      count('validation', 0, 200),
      count('validation', 200, 300),
    ]).toEqual([40, 20, 20, 10]);
  });
});

describe('calibration', () => {
  it('finds the temperature that made confident logits wrong', () => {
    const truth = Array.from({ length: 2000 }, (_, index) => index % 2);
    // Right in three of four cases whatever the logit says: the best temperature makes the probability 0.75.
    const logits = Float32Array.from(
      truth.flatMap((actual, index) => (((index >> 1) % 4 === 0) === (actual === 0) ? [0, 5] : [5, 0])),
    );
    const temperature = fitTemperature(logits, truth, 2);
    const [first = 0, second = 0] = calibrated(logits, 2, temperature);
    expect(Math.max(first, second)).toBeCloseTo(0.75, 3);
  });

  it('sets the threshold where the expected error of what is identified is the one asked for', () => {
    const confidences = Array.from({ length: 100 }, (_, index) => 0.5 + index / 200);
    const probabilities = Float32Array.from(confidences.flatMap((value) => [value, 1 - value]));
    const { threshold, expectedError } = fitThreshold(probabilities, 2, 0.1);
    expect(expectedError).toBeLessThanOrEqual(0.1);
    const kept = confidences.filter((value) => Math.fround(value) >= threshold);
    expect(kept.reduce((sum, value) => sum + 1 - value, 0) / kept.length).toBeCloseTo(expectedError, 5);
    const lower = confidences.filter((value) => value >= threshold - 0.006);
    expect(lower.reduce((sum, value) => sum + 1 - value, 0) / lower.length).toBeGreaterThan(0.1);
  });
});

describe('folds', () => {
  const itemsOf = (count: number, slideOf: (index: number) => string | null): SplitItem[] =>
    Array.from({ length: count }, (_, index) => ({
      hash: String(index),
      classId: index % 3 === 0 ? 'a' : 'b',
      slide: slideOf(index),
      alike: null,
    }));

  it('keep slides together and hold as much of every class as they can', () => {
    const alone = itemsOf(90, () => null);
    const folds = stratifiedFolds(alone, 3, 7);
    for (const fold of [0, 1, 2]) {
      const held = alone.filter((_, index) => folds[index] === fold);
      expect([held.length, held.filter(({ classId }) => classId === 'a').length]).toEqual([30, 10]);
    }
    // Three slides, one of which has no image of the first class.
    const slides = itemsOf(90, (index) => `s${String(Math.floor(index / 30))}`).map((item) =>
      item.slide === 's2' ? { ...item, classId: 'b' } : item,
    );
    const ofSlides = stratifiedFolds(slides, 3, 7);
    const foldsOf = (slide: string): number[] => [...new Set(ofSlides.filter((_, at) => slides[at]?.slide === slide))];
    expect(['s0', 's1', 's2'].flatMap(foldsOf).sort()).toEqual([0, 1, 2]);
  });

  it('are done without where all images are of one slide, and the first weight decay is taken', async () => {
    const rows = itemsOf(40, () => 's').map((item, index) => ({ view: 0, image: { ...item, path: String(index) } }));
    const labels = Int32Array.from(rows, ({ image }) => (image.classId === 'a' ? 0 : 1));
    const data = { features: Float32Array.from(labels), width: 1, labels };
    const recipe = quickRecipeSchema.parse({ hidden: 8, epochs: 1, weightDecay: [0.3, 0.1] });
    expect(await chooseWeightDecay(data, rows, recipe, 2, () => () => Promise.resolve())).toBe(0.3);
  });
});
