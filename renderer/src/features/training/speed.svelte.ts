import type { FitRecipe } from '#shared/domain/recipe';
import type { StageSpeed } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';
import { call } from '../../lib/bridge';

/** How fast a recipe trains here, once it was measured. */
export class Speed {
  isMeasuring = $state(false);
  #measured = $state.raw<{ readonly of: string; readonly speeds: readonly StageSpeed[] } | null>(null);
  /** Counts measurings, so that the answer to one that was stopped is put aside. */
  #asked = 0;

  async measure(recipe: FitRecipe, classes: number): Promise<void> {
    const asked = ++this.#asked;
    this.isMeasuring = true;
    try {
      const speeds = await call('training.measureSpeed', { recipe, classes });
      if (asked === this.#asked) this.#measured = { of: keyOf(recipe), speeds };
    } catch (error) {
      // Main stops it too, where a training starts.
      if (!(error instanceof FailureError) || error.failure.code !== 'cancelled') throw error;
    } finally {
      if (asked === this.#asked) this.isMeasuring = false;
    }
  }

  /** Stops what is measured, if anything is. */
  async stop(): Promise<void> {
    if (!this.isMeasuring) return;
    this.#asked++;
    this.isMeasuring = false;
    await call('training.stopMeasuring', null);
  }

  /** Null where it was not measured with what decides it. */
  of(recipe: FitRecipe): readonly StageSpeed[] | null {
    return this.#measured?.of === keyOf(recipe) ? this.#measured.speeds : null;
  }
}

/** What a step's time hangs on: neither epochs nor rates nor shares, and of what a step does besides only whether it does it. */
function keyOf(recipe: FitRecipe): string {
  const { network, workingSize, inputSize, head, augmentation, l2, clipNorm, ema, stages } = recipe;
  const besides = { l2: l2 > 0, clips: clipNorm !== null, averages: ema !== null };
  const works = stages.map(({ train, batch, optimiser }) => ({ train, batch, optimiser: optimiser.kind }));
  return JSON.stringify({ network, workingSize, inputSize, head, augmentation, besides, works });
}
