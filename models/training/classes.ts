import type { LabelledFile } from '#shared/compute/protocol';
import { FailureError } from '#shared/domain/failure';
import type { LabelledImage } from '../data/labelledImages';

/** Fewer images of a class than this, and no part of the split says anything about it. */
const FEWEST_IMAGES = 5;

/** The classes, sorted; FailureError `too-little-data` names what is missing. */
export function classesOf(images: readonly LabelledImage[], files: readonly LabelledFile[]): string[] {
  const counts = new Map([...new Set(files.map(({ classId }) => classId))].sort().map((id) => [id, 0]));
  for (const { classId } of images) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  if (counts.size < 2) {
    throw new FailureError(
      'too-little-data',
      `Training needs at least two classes; there is ${counts.size === 0 ? 'none' : 'one'}.`,
      'Choose a folder that holds one folder of images for each class.',
    );
  }
  const short = [...counts].filter(([, count]) => count < FEWEST_IMAGES);
  if (short.length > 0) {
    const list = short.map(([id, count]) => `${id} (${String(count)})`).join(', ');
    throw new FailureError(
      'too-little-data',
      `Too few readable images: ${list}. A class needs at least ${String(FEWEST_IMAGES)}.`,
      'Add images to these classes, or take their folders out.',
    );
  }
  return [...counts.keys()];
}

/** FailureError `too-little-data` names the classes of which a part of the split has no image: where slides stay together, all images of a class may fall into another. */
export function requireEveryClass(classIds: readonly string[], part: readonly LabelledImage[], purpose: string): void {
  const vanished = classIds.filter((id) => !part.some(({ classId }) => classId === id));
  if (vanished.length === 0) return;
  throw new FailureError(
    'too-little-data',
    `The split leaves no image ${purpose} of ${vanished.join(', ')}: images of one slide and copies of one picture stay together, and those of this class are few, or of too few slides or pictures.`,
    'Add images of other slides to these classes, change the shares (testShare, validationShare) or the seed, or take their folders out.',
  );
}

/** What a model's figures do not say, from what it was tested on. */
export function limitsOf(classIds: readonly string[], tested: readonly LabelledImage[], bySlide: boolean): string[] {
  const few = classIds.filter((id) => tested.filter(({ classId }) => classId === id).length < 30);
  return [
    ...(bySlide
      ? []
      : [
          'No slides or patients are known, so images of one patient may stand in several parts: the figures are optimistic.',
        ]),
    'The figures hold for the scanner, stain and laboratory of the training images; others must be checked first.',
    ...(few.length > 0 ? [`Too few test images to judge: ${few.join(', ')}.`] : []),
  ];
}
