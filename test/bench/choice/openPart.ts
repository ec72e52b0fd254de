import type { ModelCard } from '#shared/domain/model';
import { dataHash, type LabelledImage } from '#models/data/labelledImages';
import { stratifiedSplit } from '#models/data/split';

/** What a choice may see, and the guard that keeps it there. */
export interface OpenPart {
  /** All images but the locked part, in the order given. */
  readonly open: readonly LabelledImage[];
  /** The locked part: counted, and never looked at. */
  readonly locked: readonly LabelledImage[];
  /** Throws if one of these images is locked. */
  readonly refuseLocked: (images: readonly { readonly hash: string }[]) => void;
}

/**
 * Leaves out the part that the model of `card` is judged on, by the program's own split with the card's seed and shares.
 * Throws if these are not the card's images: then the split would be another one, and what is locked would take part.
 */
export function openPart(
  images: readonly LabelledImage[],
  { recipe, data }: Pick<ModelCard, 'recipe' | 'data'>,
): OpenPart {
  if (dataHash(images) !== data.snapshotHash)
    throw new Error('These are not the images that the model was trained on.');
  const shares = { test: recipe.testShare, validation: recipe.validationShare, seed: recipe.seed };
  const parts = stratifiedSplit(images, shares);
  const locked = images.filter((_, index) => parts[index] === 'test');
  if (locked.length !== data.test) {
    throw new Error(
      `The model was judged on ${String(data.test)} images, and the split locks ${String(locked.length)}.`,
    );
  }
  const hashes = new Set(locked.map(({ hash }) => hash));
  return {
    open: images.filter((_, index) => parts[index] !== 'test'),
    locked,
    refuseLocked: (some) => {
      const seen = some.find(({ hash }) => hashes.has(hash));
      if (seen) throw new Error(`The image ${seen.hash} is locked: no choice may see it.`);
    },
  };
}
