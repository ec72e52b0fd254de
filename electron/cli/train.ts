import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Application } from '#main/application';
import type { Emit } from '#main/events';
import { runIdSchema } from '#shared/domain/ids';
import type { EpochMetrics, Run, StepMetrics, TrainingProgress } from '#shared/domain/run';
import { FailureError, type Failure } from '#shared/ipc/failure';
import { EXIT } from './exit';
import { findRun } from './findRun';
import { interruptible, openHeadless } from './headless';
import { duration, ProgressLine } from './progressLine';
import { recipeOf } from './recipe';
import { typed } from './typed';

interface TrainOptions {
  readonly data?: string;
  readonly name?: string;
  readonly recipe: string;
  readonly workspace?: string;
  readonly seed?: number;
  readonly set: readonly string[];
  readonly description?: string;
  readonly resume?: string;
}

const STAGES: Readonly<Record<TrainingProgress['stage'], string>> = {
  reading: 'reading images',
  decoding: 'decoding images',
  features: 'computing features',
  choosing: 'choosing the regularisation by cross-validation',
  fitting: 'fitting the head',
  training: 'training',
  calibrating: 'calibrating',
  evaluating: 'evaluating on the locked part',
  saving: 'saving',
  waiting: 'waiting for other work',
};

/** The command `train`. Resolves to the exit code. */
export async function train(options: TrainOptions): Promise<number> {
  const create = options.resume === undefined ? newRun(options) : null;
  const line = new ProgressLine();
  const application = openHeadless(options.workspace, progressTo(line));
  try {
    const run = create ? create(application) : runToResume(application, options.resume ?? '');
    const { result, interrupted } = await interruptible(
      () => application.queue.stop(run.id, 'pause'),
      () => application.runTraining(run.id),
    );
    if (interrupted && result.run.state !== 'done') {
      process.stderr.write(`${stoppedText(result.run, application.workspace.folder)}\n`);
      return EXIT.interrupted;
    }
    if (result.run.failure) throw FailureError.from(result.run.failure);
    for (const { path, failure } of result.leftOut) process.stderr.write(`left out: ${path}: ${failure.message}\n`);
    const { accuracy, n } = result.run.evaluation ?? { accuracy: null, n: 0 };
    if (accuracy?.value === null || accuracy === null || result.run.modelId === null)
      throw new Error('The training ended without a model.');
    const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
    line.show(
      `Model "${result.run.modelId}": accuracy ${percent(accuracy.value)} (95 % limits ${percent(accuracy.low)} to ${percent(accuracy.high)}) on ${String(n)} images of the locked part.`,
      { last: true },
    );
    return result.leftOut.some(({ failure }) => failure.code === 'unreadable-image') ? EXIT.someUnreadable : EXIT.done;
  } finally {
    await application.close();
  }
}

/** Checks what was asked for before the workspace is opened; what it gives makes the run. */
function newRun({ data, name, recipe, seed, set, description }: TrainOptions): (application: Application) => Run {
  if (data === undefined || name === undefined) {
    throw new FailureError(
      'invalid-argument',
      'A training needs --data <folder> and --name <name>.',
      'Only --resume <run> goes on without them.',
    );
  }
  const settings = seed === undefined ? set : [...set, `seed=${String(seed)}`];
  const whole = recipeOf(recipe, settings);
  return (application) => {
    const id = runIdSchema.parse(randomUUID());
    process.stderr.write(`Run ${id}\n`);
    const about = description === undefined ? {} : { description };
    return application.createRun({ id, name, folder: resolve(data), recipe: whole, ...about });
  };
}

function runToResume(application: Application, id: string): Run {
  const run = findRun(application, id);
  if (run.state !== 'done') return run;
  throw new FailureError(
    'invalid-argument',
    `The run "${run.name}" is done: its model is "${run.modelId ?? ''}".`,
    'Start a new training to go further.',
  );
}

function stoppedText({ id, state, recipe }: Run, workspace: string): string {
  if (state === 'paused') return `Stopped. Go on with: ${typed('train', '--resume', id, '--workspace', workspace)}`;
  return recipe.kind === 'quick' ? 'Stopped. A quick training keeps no half; start it again.' : 'Stopped.';
}

function progressTo(line: ProgressLine): Emit {
  let steps = '';
  return (name, value) => {
    if (name === 'run.progress')
      line.show(`${progressText((value as { progress: TrainingProgress }).progress)}${steps}`);
    if (name === 'run.steps') {
      const last = (value as { steps: StepMetrics[] }).steps.at(-1);
      steps = last ? `, loss ${last.loss.toFixed(3)}` : '';
    }
    if (name === 'run.epoch') line.show(epochText((value as { metrics: EpochMetrics }).metrics), { last: true });
    if (name === 'notice') process.stderr.write(`\n${(value as Failure).message}\n`);
  };
}

/** One line of an epoch's figures. */
export function epochText(metrics: EpochMetrics): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const { epoch, stage, loss, accuracy, validationLoss, validationAccuracy, seconds, imagesPerSecond } = metrics;
  return `epoch ${String(epoch)} (${stage}): loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}; validation ${validationLoss.toFixed(4)}, ${percent(validationAccuracy)}; ${duration(seconds)}, ${imagesPerSecond.toFixed(0)} images/s`;
}

function progressText({ stage, done, total, imagesPerSecond, secondsLeft }: TrainingProgress): string {
  const share =
    stage === 'reading' || stage === 'decoding' || stage === 'features'
      ? ` ${String(done)} of ${String(total)}`
      : total > 0
        ? ` ${((100 * done) / total).toFixed(0)} %`
        : '';
  const rate = imagesPerSecond === null ? '' : `, ${imagesPerSecond.toFixed(0)}/s`;
  const left = secondsLeft === null || secondsLeft < 1 ? '' : `, ${duration(secondsLeft)} left`;
  return `${STAGES[stage]}${share}${rate}${left}`;
}
