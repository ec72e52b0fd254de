import type { EpochMetrics, Run, TrainingProgress } from '#shared/domain/run';
import { headline, percent } from './figures';
import { duration } from './progressLine';
import { typed } from './typed';

/** What a training that is done has made, and how good it is. */
export function resultText({ modelId, evaluation }: Run): string {
  if (modelId === null || evaluation === null) throw new Error('The training ended without a model.');
  const figures = headline(evaluation);
  if (figures === null) {
    return `Model "${modelId}" is not evaluated: images of one slide stay together, and no slide fell into the test set. Add slides, or change testShare or the seed.`;
  }
  return `Model "${modelId}" on the test set: ${figures}.`;
}

/** How a training that was stopped goes on. */
export function stoppedText({ id, state, recipe }: Run, workspace: string): string {
  if (state === 'paused') return `Stopped. Go on with: ${typed('train', '--resume', id, '--workspace', workspace)}`;
  return recipe.kind === 'quick' ? 'Stopped. A quick training keeps no half; start it again.' : 'Stopped.';
}

/** One line of an epoch's figures. */
export function epochText(metrics: EpochMetrics): string {
  const { epoch, stage, loss, accuracy, validationLoss, validationAccuracy, seconds, imagesPerSecond } = metrics;
  return `epoch ${String(epoch)} (${stage}): loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}; validation ${validationLoss.toFixed(4)}, ${percent(validationAccuracy)}; ${duration(seconds)}, ${imagesPerSecond.toFixed(0)} images/s`;
}

const STAGES: Readonly<Record<TrainingProgress['stage'], string>> = {
  reading: 'reading images',
  decoding: 'decoding images',
  features: 'computing features',
  choosing: 'choosing the regularisation by cross-validation',
  fitting: 'fitting the head',
  training: 'training',
  calibrating: 'calibrating',
  evaluating: 'evaluating on the test set',
  saving: 'saving',
  waiting: 'waiting for other work',
};

export function progressText({ stage, done, total, imagesPerSecond, secondsLeft }: TrainingProgress): string {
  const share =
    stage === 'reading' || stage === 'decoding' || stage === 'features'
      ? ` ${String(done)} of ${String(total)}`
      : total > 0
        ? ` ${((100 * done) / total).toFixed(0)} %`
        : '';
  const rate = imagesPerSecond === null ? '' : `, ${imagesPerSecond.toFixed(0)}/s`;
  const left = secondsLeft === null || secondsLeft < 1 ? '' : `, ${duration(secondsLeft)} left`;
  return `${STAGES[stage]}${share}${rate}${left}`;
}
