import { worstClass, type Evaluation, type Proportion } from '#shared/domain/evaluation';

/**
 * The figures of a model in one line: what a rare class cannot hide in comes first. Balanced accuracy, the class found least often, then the accuracy.
 * Null where nothing was evaluated.
 */
export function headline(evaluation: Evaluation): string | null {
  const { balancedAccuracy, perClass, accuracy } = evaluation;
  const tested = perClass.filter(({ n }) => n > 0);
  const untested = perClass.filter(({ n }) => n === 0).map(({ classId }) => classId);
  const worst = worstClass(evaluation);
  if (!worst) return null;
  const { k, n } = worst.sensitivity;
  return [
    `balanced accuracy ${percent(balancedAccuracy)} over ${String(tested.length)} ${tested.length === 1 ? 'class' : 'classes'}`,
    `worst class ${worst.classId}: ${String(k)} of ${String(n)} found, ${withLimits(worst.sensitivity)}`,
    `accuracy ${withLimits(accuracy)} of ${String(accuracy.n)} images`,
    ...(untested.length > 0 ? [`without an image, so not evaluated: ${untested.join(', ')}`] : []),
  ].join('; ');
}

export function percent(value: number | null): string {
  return value === null ? '-' : `${(100 * value).toFixed(1)} %`;
}

function withLimits({ value, low, high }: Proportion): string {
  return `${percent(value)} (95 % limits ${percent(low)} to ${percent(high)})`;
}
