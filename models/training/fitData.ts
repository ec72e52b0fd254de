import { createHash } from 'node:crypto';
import type { LabelledFile, LeftOutFile } from '#shared/compute/protocol';
import type { FitRecipe } from '#shared/domain/recipe';
import type { Part } from '#shared/domain/part';
import { curate } from '../curation/curate';
import { classesOf, requireEveryClass } from './classes';
import { ImageCache } from '../data/imageCache';
import { dataHash, readLabelled, type LabelledImage } from '../data/labelledImages';
import type { Stages } from './progress';
import { stratifiedSplit } from '../data/split';

/** The images of a training, split, with their pixels in the cache. Owned by whoever read it; close the cache. */
export interface FitData {
  readonly classIds: readonly string[];
  /** By content hash, so that their order hangs on no file name. */
  readonly parts: Readonly<Record<Part, readonly LabelledImage[]>>;
  readonly cache: ImageCache;
  readonly leftOut: readonly LeftOutFile[];
  /** SHA-256 over classes and contents: equal for the same images under the same labels. */
  readonly hash: string;
  readonly images: number;
  /** What a person should know of the images before the training. */
  readonly findings: readonly string[];
}

/**
 * Reads labelled files, decodes them into the cache at working size and splits them.
 * FailureError `too-little-data` names a class with too few images, or none left to learn from; `disk-full`, `cancelled`.
 */
export async function readFitData(
  files: readonly LabelledFile[],
  folder: string,
  recipe: Pick<FitRecipe, 'workingSize' | 'testShare' | 'validationShare' | 'seed'>,
  stage: Stages,
): Promise<FitData> {
  const labelled = await readLabelled(files, stage('reading', files.length));
  classesOf(labelled.images, files);
  const { images: read, findings } = await curate(labelled.images, folder, stage('decoding', labelled.images.length));
  const cache = await ImageCache.open(folder, recipe.workingSize);
  try {
    const undecoded = await cache.fill(read, stage('decoding', read.length));
    const gone = new Set(undecoded.map(({ path }) => path));
    const images = read.filter(({ path }) => !gone.has(path)).sort((a, b) => (a.hash < b.hash ? -1 : 1));
    const classIds = classesOf(images, files);
    const parts = stratifiedSplit(images, {
      test: recipe.testShare,
      validation: recipe.validationShare,
      seed: recipe.seed,
    });
    const inPart = (part: Part): LabelledImage[] => images.filter((_, index) => parts[index] === part);
    const split = { training: inPart('training'), validation: inPart('validation'), test: inPart('test') };
    requireEveryClass(classIds, split.training, 'to learn from');
    requireEveryClass(classIds, split.validation, 'to choose the best epoch by');
    const hash = createHash('sha256')
      .update([...classIds, dataHash(images), ...givenParts(images)].join('\n'))
      .digest('hex');
    return {
      classIds,
      parts: split,
      cache,
      leftOut: [...labelled.leftOut, ...undecoded],
      hash,
      images: images.length,
      findings,
    };
  } catch (error) {
    await cache.close();
    throw error;
  }
}

/** Of images whose folders give parts: a run goes on only with the same. */
function givenParts(images: readonly LabelledImage[]): string[] {
  return images.flatMap(({ hash, part }) => (part === undefined ? [] : [`${hash} ${part}`]));
}
