import type { FitRecipe } from '#shared/domain/recipe';
import { estimateStaining } from '../augment/stainBasis';
import { lacksStaining, withStaining } from '../augment/staining';
import type { FitData } from './fitData';

/** Pixels that the staining is estimated from, about: 160 images of 160 px, a second's work. Larger images are fewer, some dozens being enough. */
const PIXELS = 160 * 160 ** 2;

/**
 * The recipe with the staining of the training images in numbers, where it is to be estimated: of the first images of each class by content hash, so that a resumed run finds the same.
 * Validation and locked part are not looked at.
 */
export async function withOwnStaining(
  recipe: FitRecipe,
  data: Pick<FitData, 'classIds' | 'parts' | 'cache'>,
): Promise<FitRecipe> {
  if (!lacksStaining(recipe.augmentation)) return recipe;
  const { classIds, parts, cache } = data;
  const ofEach = Math.ceil(PIXELS / cache.side ** 2 / classIds.length);
  const sample = classIds.flatMap((id) => parts.training.filter(({ classId }) => classId === id).slice(0, ofEach));
  const images = await Promise.all(sample.map((image) => cache.read([image])));
  return { ...recipe, augmentation: withStaining(recipe.augmentation, estimateStaining(images)) };
}
