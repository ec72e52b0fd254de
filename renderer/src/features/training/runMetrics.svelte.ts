import type { RunId } from '#shared/domain/ids';
import type { Prediction } from '#shared/domain/prediction';
import type { EpochMetrics, StepMetrics } from '#shared/domain/run';
import { call, follow } from '../../lib/bridge';
import { notices } from '../../lib/notices.svelte';

/** What was measured in one run, as it grows. */
export class RunMetrics {
  readonly #runId: RunId;
  steps = $state.raw<readonly StepMetrics[]>([]);
  epochs = $state.raw<readonly EpochMetrics[]>([]);
  /** What was called wrong on the validation part after the newest epoch, the most confident first; null until it is known. */
  mistakes = $state.raw<readonly Prediction[] | null>(null);
  loaded = $state(false);

  constructor(runId: RunId) {
    this.#runId = runId;
  }

  /** Asks for what there is, then follows events. The function returned stops following. */
  start(): () => void {
    const stops = [
      follow('run.steps', ({ runId, steps }) => {
        if (runId === this.#runId) this.steps = followedBy(this.steps, steps, ({ step }) => step);
      }),
      follow('run.epoch', ({ runId, metrics, mistakes }) => {
        if (runId !== this.#runId) return;
        this.epochs = followedBy(this.epochs, [metrics], ({ epoch }) => epoch);
        this.mistakes = mistakes;
      }),
    ];
    void notices.guard(async () => {
      const { steps, epochs, mistakes } = await call('run.metrics', { runId: this.#runId });
      this.steps = followedBy(steps, this.steps, ({ step }) => step);
      this.epochs = followedBy(epochs, this.epochs, ({ epoch }) => epoch);
      this.mistakes ??= mistakes;
      this.loaded = true;
    });
    return () => {
      for (const stop of stops) stop();
    };
  }
}

/** What is newer takes the place of all from its first number on: a run that was cut goes on from an earlier epoch. */
function followedBy<T>(before: readonly T[], newer: readonly T[], numberOf: (value: T) => number): readonly T[] {
  const [first] = newer;
  if (first === undefined) return before;
  const from = numberOf(first);
  const kept = before.findLastIndex((value) => numberOf(value) < from) + 1;
  return [...before.slice(0, kept), ...newer];
}
