import type { QuickEvent } from '#shared/compute/protocol';
import type { TrainingProgress } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';

/** Stages that count images. */
const COUNT_IMAGES: ReadonlySet<TrainingProgress['stage']> = new Set([
  'reading',
  'decoding',
  'features',
  'training',
  'evaluating',
]);

/** Milliseconds between two reports, between which the process answers. */
const TELL_EVERY = 100;

/** Lets other work on the device overtake the training: resolves when that is done, or once the signal is aborted. Null where none waits. */
export type GiveWay = (signal: AbortSignal) => Promise<void> | null;

/** Tells how far a stage is, and lets other work overtake; its promise throws `cancelled` once the training is to stop. */
export type Progress = (done: number, total?: number) => Promise<void>;
export type Stages = (stage: TrainingProgress['stage'], total: number) => Progress;

type ProgressEvent = Extract<QuickEvent, { kind: 'progress' }>;

interface Pace {
  readonly stage: Stages;
  /** Milliseconds on the training's own clock, which stands still while other work overtakes. */
  readonly now: () => number;
}

/**
 * Makes the progress callback of each stage. Between steps it throws `cancelled` once the signal is aborted, lets the process answer, and gives way.
 * Speeds and times left are on the training's own clock.
 */
export function stages(tell: (event: ProgressEvent) => void, signal: AbortSignal, giveWay: GiveWay = () => null): Pace {
  const report = (progress: TrainingProgress): void => {
    tell({ kind: 'progress', progress });
  };
  let waited = 0;
  const now = (): number => performance.now() - waited;
  const throwIfStopped = (): void => {
    if (signal.aborted)
      throw new FailureError('cancelled', 'The training was stopped.', 'What was done is kept; go on when you like.');
  };
  const stage: Stages = (name, total) => {
    const start = now();
    let told = -Infinity;
    /** What was done before: kept from an earlier run. */
    let before: number | null = null;
    return async (done, of = total) => {
      const first = (before ??= done);
      const reportNow = (): void => {
        told = now();
        const rate = done > first ? (done - first) / ((told - start) / 1000) : null;
        report({
          stage: name,
          done,
          total: of,
          imagesPerSecond: COUNT_IMAGES.has(name) ? rate : null,
          secondsLeft: rate === null || rate === 0 ? null : (of - done) / rate,
        });
      };
      throwIfStopped();
      if (done === 0 || done >= of || now() - told >= TELL_EVERY) {
        reportNow();
        await new Promise((resolve) => setImmediate(resolve));
      }
      const since = performance.now();
      const passing = giveWay(signal);
      if (!passing) return;
      report({ stage: 'waiting', done, total: of, imagesPerSecond: null, secondsLeft: null });
      await passing;
      waited += performance.now() - since;
      throwIfStopped();
      reportNow();
    };
  };
  return { stage, now };
}
