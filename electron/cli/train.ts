import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { runIdSchema } from '#shared/domain/ids';
import { quickRecipeSchema, type QuickRecipe } from '#shared/domain/recipe';
import type { TrainingProgress } from '#shared/domain/run';
import { FailureError, type Failure } from '#shared/ipc/failure';
import { EXIT } from './exit';
import { interruptible, openHeadless } from './headless';
import { duration, ProgressLine } from './progressLine';

interface TrainOptions {
  readonly data: string;
  readonly name: string;
  readonly recipe: string;
  readonly workspace?: string;
  readonly seed?: number;
  readonly set: readonly string[];
  readonly description?: string;
}

const STAGES: Readonly<Record<TrainingProgress['stage'], string>> = {
  reading: 'reading images',
  features: 'computing features',
  choosing: 'choosing the regularisation by cross-validation',
  decoding: 'decoding images',
  fitting: 'fitting the head',
  training: 'training',
  calibrating: 'calibrating',
  evaluating: 'evaluating on the locked part',
  saving: 'saving',
};

/** The command `train`. Resolves to the exit code. */
export async function train(options: TrainOptions): Promise<number> {
  const recipe = recipeOf(options);
  const line = new ProgressLine();
  const application = openHeadless(options.workspace, (name, value) => {
    if (name === 'run.progress') line.show(progressText((value as { progress: TrainingProgress }).progress));
    if (name === 'notice') process.stderr.write(`\n${(value as Failure).message}\n`);
  });
  try {
    const run = application.createRun(runIdSchema.parse(randomUUID()), options.name, resolve(options.data), recipe);
    const { result, interrupted } = await interruptible(
      () => application.queue.stop(run.id, 'cancel'),
      () => application.runTraining(run.id, options.description ?? `Images in ${resolve(options.data)}`),
    );
    if (interrupted) return EXIT.interrupted;
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

function recipeOf({ recipe, seed, set }: TrainOptions): QuickRecipe {
  if (recipe !== 'quick') {
    throw new FailureError('invalid-argument', `There is no recipe "${recipe}".`, 'The recipe is quick.');
  }
  const values: Record<string, unknown> = { kind: 'quick', ...(seed !== undefined && { seed }) };
  for (const each of set) {
    const at = each.indexOf('=');
    if (at < 1)
      throw new FailureError(
        'invalid-argument',
        `"${each}" is no setting.`,
        'A setting is written key=value, such as --set views=4.',
      );
    values[each.slice(0, at)] = valueOf(each.slice(at + 1));
  }
  const parsed = quickRecipeSchema.safeParse(values);
  if (!parsed.success) {
    const keys = Object.keys(quickRecipeSchema.shape).join(', ');
    throw new FailureError(
      'invalid-argument',
      `The recipe cannot be used:\n${z.prettifyError(parsed.error)}`,
      `Its settings are ${keys}.`,
    );
  }
  return parsed.data;
}

/** Numbers and lists are JSON; anything else is text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function progressText({ stage, done, total, imagesPerSecond, secondsLeft }: TrainingProgress): string {
  const share =
    stage === 'reading' || stage === 'features'
      ? ` ${String(done)} of ${String(total)}`
      : total > 0
        ? ` ${((100 * done) / total).toFixed(0)} %`
        : '';
  const rate = imagesPerSecond === null ? '' : `, ${imagesPerSecond.toFixed(0)}/s`;
  const left = secondsLeft === null || secondsLeft < 1 ? '' : `, ${duration(secondsLeft)} left`;
  return `${STAGES[stage]}${share}${rate}${left}`;
}
