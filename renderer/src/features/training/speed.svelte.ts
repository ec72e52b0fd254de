import type { FitRecipe } from '#shared/domain/recipe';
import type { StageSpeed } from '#shared/domain/run';
import { call } from '../../lib/bridge';

/** How fast a recipe trains here, once it was measured. */
export class Speed {
  isMeasuring = $state(false);
  #measured = $state.raw<{ readonly of: string; readonly speeds: readonly StageSpeed[] } | null>(null);

  async measure(recipe: FitRecipe, classes: number): Promise<void> {
    this.isMeasuring = true;
    try {
      this.#measured = { of: keyOf(recipe), speeds: await call('training.measureSpeed', { recipe, classes }) };
    } finally {
      this.isMeasuring = false;
    }
  }

  /** Null where it was not measured with what decides it. */
  of(recipe: FitRecipe): readonly StageSpeed[] | null {
    return this.#measured?.of === keyOf(recipe) ? this.#measured.speeds : null;
  }
}

/** What a step's time hangs on: neither epochs nor rates nor shares. */
function keyOf({ network, workingSize, inputSize, head, augmentation, stages }: FitRecipe): string {
  const works = stages.map(({ train, batch, optimiser }) => ({ train, batch, optimiser: optimiser.kind }));
  return JSON.stringify({ network, workingSize, inputSize, head, augmentation, works });
}
