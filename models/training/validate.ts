import type { ImagePrediction } from '#shared/domain/prediction';
import { batchesOf } from '../data/batches';
import type { FitData } from './fitData';
import type { Trainer } from './trainer';

export interface Validation {
  /** Mean cross-entropy, without label smoothing and class weights. */
  readonly loss: number;
  readonly accuracy: number;
  /** What is called wrong. */
  readonly mistakes: readonly ImagePrediction[];
}

/** Runs the validation part, `batch` images at once, through a network as it is served. `onBatch` may throw to stop. */
export async function validate(
  trainer: Pick<Trainer, 'predict'>,
  { parts: { validation }, classIds, cache }: FitData,
  batch: number,
  onBatch: () => Promise<void>,
): Promise<Validation> {
  const classes = classIds.length;
  const mistakes: ImagePrediction[] = [];
  let loss = 0;
  for await (const { images, pixels } of batchesOf(cache, validation, batch)) {
    const logits = trainer.predict(pixels, images.length);
    images.forEach(({ path, hash, classId }, row) => {
      const scores = logits.subarray(row * classes, (row + 1) * classes);
      const label = classIds.indexOf(classId);
      const most = Math.max(...scores);
      const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
      loss += Math.log(sum) + most - (scores[label] ?? 0);
      const called = scores.indexOf(most);
      if (called === label) return;
      mistakes.push({ path, hash, truth: classId, predicted: classIds[called] ?? '', probability: 1 / sum });
    });
    await onBatch();
  }
  const { length } = validation;
  return { loss: loss / length, accuracy: (length - mistakes.length) / length, mistakes };
}
