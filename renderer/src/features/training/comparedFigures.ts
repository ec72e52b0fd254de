import type { EpochMetrics, Run } from '#shared/domain/run';
import { cellClasses } from '../../lib/cellClasses.svelte';
import { formatDuration, formatProportion, formatShare } from '../../lib/format';
import { bestEpochs } from './curves';
import { summaryOf } from './recipeText';

interface Figures {
  readonly run: Run;
  readonly epochs: readonly EpochMetrics[];
}

interface ComparedRow {
  readonly name: string;
  readonly values: readonly [string, string];
}

const NONE = '–';

/** Figures of two trainings side by side: how they trained, then what came of it on the locked part. Rows that neither has are left out. */
export function comparedFigures(one: Figures, other: Figures): ComparedRow[] {
  const both = (name: string, of: (figures: Figures) => string): ComparedRow => ({
    name,
    values: [of(one), of(other)],
  });
  const evaluated = [one, other].flatMap(({ run }) => run.evaluation ?? []);
  const classIds = [...new Set(evaluated.flatMap((evaluation) => evaluation.classIds))];
  return [
    both('Recipe', ({ run }) => summaryOf(run.recipe)),
    both('Data', ({ run }) => run.folder),
    both('Seed', ({ run }) => String(run.recipe.seed)),
    both('Epochs', ({ epochs }) => (epochs.length > 0 ? String(epochs.length) : NONE)),
    both('Training time', ({ epochs }) =>
      epochs.length > 0 ? formatDuration(epochs.reduce((sum, { seconds }) => sum + seconds, 0)) : NONE,
    ),
    both('Best epoch on validation', ({ epochs }) => {
      const best = bestEpochs(epochs).at(-1);
      return best ? `${String(best.epoch)}: ${formatShare(best.validationAccuracy)}` : NONE;
    }),
    both('Accuracy', ({ run: { evaluation } }) => (evaluation ? formatProportion(evaluation.accuracy) : NONE)),
    both('Balanced accuracy', ({ run: { evaluation } }) => formatShare(evaluation?.balancedAccuracy ?? null)),
    both('Calibration error', ({ run: { evaluation } }) => formatShare(evaluation?.ece ?? null)),
    both('Identified', ({ run: { evaluation } }) => formatShare(evaluation?.identified.value ?? null)),
    ...cellClasses.current.inReportOrder(classIds).map(({ id }) =>
      both(`Sensitivity, ${cellClasses.current.of(id).name.toLowerCase()}`, ({ run: { evaluation } }) => {
        const figures = evaluation?.perClass.find(({ classId }) => classId === id);
        return figures ? formatProportion(figures.sensitivity) : NONE;
      }),
    ),
  ].filter(({ values }) => values.some((value) => value !== NONE));
}
