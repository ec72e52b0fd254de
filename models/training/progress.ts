import type { TrainingProgress } from '#shared/domain/run';
import { FailureError } from '#shared/ipc/failure';

/** Stages that count images. */
const COUNT_IMAGES: ReadonlySet<TrainingProgress['stage']> = new Set([
  'reading',
  'decoding',
  'features',
  'training',
  'evaluating',
]);

/** Tells how far a stage is; its promise throws `cancelled` once the work is to stop. */
export type Progress = (done: number, total?: number) => Promise<void>;
export type Stages = (stage: TrainingProgress['stage'], total: number) => Progress;

/** Makes the progress callback of each stage; throws `cancelled` from it once the signal is aborted, and lets the process answer between steps. */
export function stages(report: (progress: TrainingProgress) => void, signal: AbortSignal): Stages {
  return (stage, total) => {
    const start = performance.now();
    let told = 0;
    /** What was done before: kept from an earlier run. */
    let before: number | null = null;
    return async (done, of = total) => {
      before ??= done;
      if (signal.aborted)
        throw new FailureError('cancelled', 'The training was stopped.', 'What was done is kept; go on when you like.');
      const now = performance.now();
      if (done > 0 && done < of && now - told < 100) return;
      told = now;
      const rate = done > before ? (done - before) / ((now - start) / 1000) : null;
      report({
        stage,
        done,
        total: of,
        imagesPerSecond: COUNT_IMAGES.has(stage) ? rate : null,
        secondsLeft: rate === null || rate === 0 ? null : (of - done) / rate,
      });
      await new Promise((resolve) => setImmediate(resolve));
    };
  };
}
