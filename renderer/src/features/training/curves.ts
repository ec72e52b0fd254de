import type { EpochMetrics, StepMetrics } from '#shared/domain/run';
import type { Chart, ChartLine } from '../../ui/chart';

/** What is measured in training and in validation alike. */
export type Measure = 'accuracy' | 'loss';

const ON_VALIDATION = { accuracy: 'validationAccuracy', loss: 'validationLoss' } as const;

const VALIDATION: Pick<ChartLine, 'colour' | 'width' | 'dots'> = { colour: '--accent', width: 2.5, dots: true };
const TRAINING: typeof VALIDATION = { colour: '--text', width: 1.5, dots: true };
const BATCH: Pick<ChartLine, 'colour' | 'width'> = { colour: '--trace', width: 1 };

/** The first epoch of each stage with the stage's best validation accuracy, in their order: the one whose weights the stage ends with. */
export function bestEpochs(epochs: readonly EpochMetrics[]): EpochMetrics[] {
  const best = new Map<string, EpochMetrics>();
  for (const epoch of epochs) {
    const before = best.get(epoch.stage);
    if (!before || epoch.validationAccuracy > before.validationAccuracy) best.set(epoch.stage, epoch);
  }
  return [...best.values()];
}

/** More points than this a chart of a few hundred pixels cannot show apart. */
const MOST_POINTS = 2000;

/**
 * The steps as a chart shows them: each, or where they are many, the means of as many of them as make at most {@link MOST_POINTS}. Means are over 2, 4, 8, ... steps counted from the
 * first, so that what is drawn stays as it is while steps join.
 */
export function thinned(steps: readonly StepMetrics[]): readonly StepMetrics[] {
  let size = 1;
  while (steps.length / size > MOST_POINTS) size *= 2;
  if (size === 1) return steps;
  const groups = new Map<number, StepMetrics[]>();
  for (const step of steps) {
    const group = Math.floor((step.step - 1) / size);
    const members = groups.get(group);
    if (members) members.push(step);
    else groups.set(group, [step]);
  }
  return [...groups.values()].map((members) => {
    const mean = (of: (step: StepMetrics) => number): number =>
      members.reduce((sum, step) => sum + of(step), 0) / members.length;
    return {
      step: members.at(-1)?.step ?? 0,
      loss: mean(({ loss }) => loss),
      accuracy: mean(({ accuracy }) => accuracy),
      learningRate: mean(({ learningRate }) => learningRate),
    };
  });
}

/** A measure over the steps of a run: of each batch, the mean of each training epoch, and on the validation part on top; the best epoch marked. */
export function stepCurves(steps: readonly StepMetrics[], epochs: readonly EpochMetrics[], measure: Measure): Chart {
  const atEnd = new Map(epochs.map((epoch) => [epoch.step, epoch]));
  const inSteps = new Set(steps.map(({ step }) => step));
  const x = [...inSteps, ...[...atEnd.keys()].filter((step) => !inSteps.has(step))].sort((a, b) => a - b);
  const ofStep = new Map(steps.map((step) => [step.step, step[measure]]));
  return {
    x,
    lines: [
      { label: 'Batch', values: x.map((at) => ofStep.get(at) ?? null), ...BATCH },
      { label: 'Training', values: x.map((at) => atEnd.get(at)?.[measure] ?? null), ...TRAINING },
      { label: 'Validation', values: x.map((at) => atEnd.get(at)?.[ON_VALIDATION[measure]] ?? null), ...VALIDATION },
    ],
    marks: bestEpochs(epochs).map(({ step, epoch }) => ({ at: step, label: `best: epoch ${String(epoch)}` })),
  };
}

/** The learning rate over the steps of a run. */
export function rateCurve(steps: readonly StepMetrics[]): Chart {
  return {
    x: steps.map(({ step }) => step),
    lines: [{ label: 'Rate', values: steps.map(({ learningRate }) => learningRate), ...TRAINING }],
    marks: [],
  };
}

/** A run with what was measured on its way. */
export interface MeasuredRun {
  readonly name: string;
  readonly epochs: readonly EpochMetrics[];
}

/** A measure of two runs over each other, by epoch: their steps need not be of equal size. */
export function comparedCurves(runs: readonly [MeasuredRun, MeasuredRun], measure: Measure): Chart {
  const x = [...new Set(runs.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)))].sort((a, b) => a - b);
  const lines = runs.flatMap(({ name, epochs }, index) => {
    const of = new Map(epochs.map((epoch) => [epoch.epoch, epoch]));
    const look = { colour: index === 0 ? '--accent' : '--compared', width: 2 };
    return [
      { ...look, label: `training, ${name}`, dashed: true, values: x.map((at) => of.get(at)?.[measure] ?? null) },
      {
        ...look,
        label: `validation, ${name}`,
        dots: true,
        values: x.map((at) => of.get(at)?.[ON_VALIDATION[measure]] ?? null),
      },
    ];
  });
  return { x, lines, marks: [] };
}
