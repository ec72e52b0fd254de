import type { Emit } from '#main/events';
import type { BatchProgress } from '#shared/domain/batch';
import type { Failure } from '#shared/domain/failure';
import { duration, type ProgressLine } from './progressLine';

/** Shows a batch's progress on a line, and notices below it. */
export function batchProgressTo(line: ProgressLine): Emit {
  return (name, value) => {
    if (name === 'batch.progress') line.show(progressText(value as BatchProgress));
    if (name === 'notice') process.stderr.write(`\n${(value as Failure).message}\n`);
  };
}

function progressText({ done, total, walked, imagesPerSecond, secondsLeft, unreadable }: BatchProgress): string {
  const rate = imagesPerSecond === null ? '' : `, ${imagesPerSecond.toFixed(0)} images/s`;
  const left = secondsLeft === null || !walked ? '' : `, ${duration(secondsLeft)} left`;
  return `${String(done)} of ${String(total)}${walked ? '' : ' or more'}${rate}${left}${unreadable > 0 ? `, ${String(unreadable)} unreadable` : ''}`;
}
