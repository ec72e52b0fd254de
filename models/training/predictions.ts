import type { QuickEvent } from '#shared/compute/protocol';
import type { ImagePrediction } from '#shared/domain/prediction';
import { topOf } from '../evaluation/evaluate';
import { calibrated } from './calibrate';
import type { Scored } from './score';
import type { LabelledImage } from '../data/labelledImages';

/** Mistakes told of after an epoch: as many as one looks at. */
const MISTAKES_TOLD = 12;

/** Predictions in one message. */
const PORTION = 1000;

/** The mistakes to look at: where the network was surest. */
export function mostConfident(mistakes: readonly ImagePrediction[]): ImagePrediction[] {
  return [...mistakes].sort((a, b) => b.probability - a.probability).slice(0, MISTAKES_TOLD);
}

/** Tells, in portions, what a model calls each of these images: rows of `logits` in the same order, divided by the model's temperature. */
export function tellPredictions(
  tell: (event: QuickEvent) => void,
  images: readonly LabelledImage[],
  classIds: readonly string[],
  { logits }: Pick<Scored, 'logits'>,
  temperature: number,
): void {
  const probabilities = calibrated(logits, classIds.length, temperature);
  const predictions = images.map(({ path, hash, classId }, row): ImagePrediction => {
    const { top, confidence } = topOf(probabilities, row, classIds.length);
    return { path, hash, truth: classId, predicted: classIds[top] ?? '', probability: confidence };
  });
  for (let at = 0; at < predictions.length; at += PORTION) {
    tell({ kind: 'predictions', predictions: predictions.slice(at, at + PORTION) });
  }
}
