import type { FitRecipe } from '#shared/domain/recipe';
import type { EpochMetrics, TrainingProgress } from '#shared/domain/run';
import { bestEpochs } from './curves';

/** Where a training by gradients stands, in words. */
export interface Standing {
  /** "Stage 1 of 2, frozen backbone: epoch 3 of at most 100" */
  readonly text: string;
  /** What may end the stage before its last epoch; empty if nothing does. */
  readonly note: string;
}

/** From the epochs that are whole and the progress of the one under way, which counts images over all epochs of its stage. */
export function standingOf(
  recipe: FitRecipe,
  epochs: readonly EpochMetrics[],
  progress: TrainingProgress | null,
): Standing {
  const last = epochs.at(-1);
  const { index, done } = stageUnderWay(recipe, epochs, progress);
  const stage = recipe.stages[index];
  if (!stage) return { text: 'All stages are done', note: '' };
  const number =
    recipe.stages.length > 1
      ? `Stage ${String(index + 1)} of ${String(recipe.stages.length)}, ${stage.name}: epoch`
      : 'Epoch';
  const best = last?.stage === stage.name ? bestEpochs(epochs).at(-1) : undefined;
  const without = best && last ? last.epoch - best.epoch : 0;
  return {
    text: `${number} ${String(Math.min(done + 1, stage.epochs))} of ${stage.patience === null ? '' : 'at most '}${String(stage.epochs)}`,
    note:
      stage.patience === null
        ? ''
        : `The stage ends earlier after ${String(stage.patience)} epochs without gain on the validation part${without > 0 ? `; it is ${String(without)} now` : ''}.`,
  };
}

/** The stage under way and how many of its epochs are done. Where one has ended early, only the progress tells: it begins anew. */
function stageUnderWay(
  { stages }: FitRecipe,
  epochs: readonly EpochMetrics[],
  progress: TrainingProgress | null,
): { index: number; done: number } {
  const last = epochs.at(-1);
  if (!last) return { index: 0, done: 0 };
  const index = stages.findIndex(({ name }) => name === last.stage);
  const stage = stages[index];
  const done = epochs.filter((epoch) => epoch.stage === last.stage).length;
  if (!stage) return { index: 0, done: 0 };
  const beganAnew =
    progress?.stage === 'training' && progress.total > 0 && progress.done / progress.total < done / stage.epochs - 1e-9;
  return done >= stage.epochs || (beganAnew && index + 1 < stages.length)
    ? { index: index + 1, done: 0 }
    : { index, done };
}
