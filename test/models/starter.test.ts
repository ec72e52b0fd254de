import { cp, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClassifiedFile } from '#shared/compute/protocol';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { fitRecipeSchema } from '#shared/domain/recipe';
import { DEFAULT_STAINING } from '#shared/domain/staining';
import { estimateStaining } from '#models/augment/stainBasis';
import { withStaining } from '#models/augment/staining';
import { tf } from '#models/backend/tensorflow';
import { readCard } from '#models/files/modelFolder';
import { openSessions } from '#models/graph/session';
import { Classifier } from '#models/inference/classifier';
import { classifyFiles } from '#models/inference/classifyFiles';
import { decodeImage } from '#models/data/decode';
import { classOfSample, SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

const PRETRAINED = 'models/pretrained';

async function classifyFolder(
  folder: string,
): Promise<{ results: ClassifiedFile[]; names: string[]; store: string; classIds: string[] }> {
  const store = await temporaryFolder();
  const names = (await readdir(folder)).sort();
  const classifier = await Classifier.open('models/starter', PRETRAINED);
  const results: ClassifiedFile[] = [];
  try {
    const files = names.map((name, key) => ({ key, path: join(folder, name) }));
    await classifyFiles({
      classifier,
      imageStore: store,
      files,
      signal: new AbortController().signal,
      onResults: (portion) => results.push(...portion),
    });
    return { results, names, store, classIds: classifier.card.classIds };
  } finally {
    classifier.close();
  }
}

describe('the starter model', () => {
  it('reads the sample slide, which it was not trained on, with at most two cells wrong, and stores every image under its hash', async () => {
    const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
    const { results, names, store, classIds } = await classifyFolder(SAMPLE_SLIDE);
    expect(results.map(({ key }) => key).sort((a, b) => a - b)).toEqual(names.map((_, index) => index));
    const wrong = results.filter((each) => {
      if (each.kind !== 'classified') return true;
      return (
        classIds[each.probabilities.indexOf(Math.max(...each.probabilities))] !== classOfSample(names[each.key] ?? '')
      );
    });
    expect(wrong.length).toBeLessThanOrEqual(2);
    for (const each of results) {
      if (each.kind !== 'classified') continue;
      expect((await stat(join(store, each.stored))).size).toBe(each.bytes);
      expect(each.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
  });

  it('has a card whose figures are of 1,440 locked images, at least 98.5 % of them right', async () => {
    const card = JSON.parse(await readFile('models/starter/card.json', 'utf8')) as {
      evaluation: { n: number; accuracy: { value: number } };
    };
    expect(card.evaluation.n).toBe(1440);
    expect(card.evaluation.accuracy.value).toBeGreaterThanOrEqual(0.985);
  });

  it('was trained by the recipe `best` as it stands, its weights stored in float16 and its staining in numbers', async () => {
    const { recipe } = await readCard('models/starter');
    const best = fitRecipeSchema.parse(defaultRecipe('best'));
    const augmentation = withStaining(best.augmentation, DEFAULT_STAINING);
    expect(augmentation).not.toEqual(best.augmentation);
    expect(recipe).toEqual({ ...best, augmentation, weightPrecision: 'float16' });
  });

  it('learned with the staining that its kind of smear shows', async () => {
    const images = await Promise.all(
      (await readdir(SAMPLE_SLIDE)).map(
        async (name) => (await decodeImage(await readFile(join(SAMPLE_SLIDE, name)), 160)).pixels,
      ),
    );
    const estimate = estimateStaining(images);
    const angles = estimate?.stains.map((stain, index) => {
      const held = DEFAULT_STAINING.stains[index] ?? [0, 0, 0];
      return Math.acos(
        Math.min(
          1,
          stain.reduce((sum, each, channel) => sum + each * (held[channel] ?? 0), 0),
        ),
      );
    });
    // The two stains are 0.3 apart.
    expect(Math.max(...(angles ?? [Infinity]))).toBeLessThan(0.1);
    for (const [channel, level] of DEFAULT_STAINING.white.entries())
      expect(Math.abs((estimate?.white[channel] ?? 0) - level)).toBeLessThan(5);
  });

  it('is refused by the name of the file when that was cut', async () => {
    const folder = await temporaryFolder();
    await cp('models/starter', folder, { recursive: true });
    await truncate(join(folder, 'weights.bin'), 100);
    await expect(Classifier.open(folder, PRETRAINED)).rejects.toThrow(
      /weights\.bin is not the file its card describes/,
    );
    await truncate(join(folder, 'card.json'), 100);
    await expect(Classifier.open(folder, PRETRAINED)).rejects.toThrow(/card\.json is cut or no JSON/);
  });
});
