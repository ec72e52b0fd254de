import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { quickRecipeSchema } from '#shared/domain/recipe';
import { openPart } from '../../bench/choice/openPart';
import { dataHash, type LabelledImage } from '#models/data/labelledImages';
import { stratifiedSplit } from '#models/data/split';

const recipe = quickRecipeSchema.parse({ seed: 11 });
const images: LabelledImage[] = Array.from({ length: 200 }, (_, index) => ({
  path: `${String(index)}.jpg`,
  classId: index % 2 ? 'monocyte' : 'platelet',
  slide: null,
  alike: null,
  hash: createHash('sha256').update(String(index)).digest('hex'),
}));
const data = {
  description: '',
  snapshotHash: dataHash(images),
  perClass: {},
  training: 140,
  validation: 20,
  test: 40,
  seed: 11,
  bySlide: false,
};

describe('a choice of input size or head', () => {
  it('sees none of the images that the model is judged on, by the very split that trained it', () => {
    const { open, locked, refuseLocked } = openPart(images, { recipe, data });
    const parts = stratifiedSplit(images, { test: 0.2, validation: 0.1, seed: 11 });
    expect(locked).toEqual(images.filter((_, index) => parts[index] === 'test'));
    expect(new Set([...open, ...locked])).toEqual(new Set(images));
    expect(open).toHaveLength(160);
    expect(() => {
      refuseLocked(open);
    }).not.toThrow();
    for (const image of locked) {
      expect(() => {
        refuseLocked([...open, image]);
      }).toThrow(image.hash);
    }
  });

  it('is refused on other images, or where the split is not the model’s', () => {
    expect(() => openPart(images.slice(1), { recipe, data })).toThrow('not the images');
    const split = { recipe: quickRecipeSchema.parse({ seed: 11, testShare: 0.3 }), data };
    expect(() => openPart(images, split)).toThrow('60');
  });
});
