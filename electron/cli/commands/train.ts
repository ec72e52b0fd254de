import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Application } from '#main/application';
import type { Emit } from '#main/events';
import { inspectTrainingFolder } from '#main/jobs/trainingFolder';
import { knownClasses } from '#main/knownClasses';
import { runIdSchema } from '#shared/domain/ids';
import type { EpochMetrics, Run, StepMetrics, TrainingProgress } from '#shared/domain/run';
import { recipeKindSchema } from '#shared/domain/recipe';
import { FailureError, type Failure } from '#shared/domain/failure';
import { warnOfUnknownRoles } from '../classRoles';
import { EXIT } from '../exit';
import { findRun } from '../findRun';
import { folderText } from '../folderText';
import { interruptible, lookAfter, openHeadless } from '../headless';
import { pipelineIn } from '../pipeline';
import { ProgressLine } from '../progressLine';
import { recipeOf } from '../recipe';
import { epochText, progressText, resultText, stoppedText } from '../trainingText';
import {
  classLevelOption,
  joinClassesOption,
  place,
  readingOf,
  setOption,
  wholeNumber,
  workspaceOption,
  type AddCommand,
  type ReadingOptions,
} from '../options';

/** Adds the command `train`. */
export const addTrain: AddCommand = (root) => {
  root
    .command('train')
    .description(
      'train a classifier on a folder that holds one folder of images for each class, also inside folders of patients or of train, val and test',
    )
    .option('--data <folder>', 'one folder for each class', place)
    .option('--name <name>', 'name of the model')
    .option(...joinClassesOption)
    .option(...classLevelOption)
    .option('--recipe <recipe>', `recipe: ${recipeKindSchema.options.join(', ')}`, 'quick')
    .option(...workspaceOption)
    .option('--seed <number>', 'seed of the split and the training', wholeNumber)
    .option(...setOption)
    .option('--pipeline <file>', 'augment by this pipeline, as JSON; "augment" shows what it does', place)
    .option('--description <text>', 'what the data are, for the model card')
    .addOption(
      new Option(
        '--resume <run>',
        'go on with a run that was stopped, from its last whole epoch, as it was begun',
      ).conflicts(['data', 'name', 'recipe', 'seed', 'set', 'pipeline', 'description', 'joinClasses', 'classLevel']),
    )
    .action(async (options: Parameters<typeof train>[0]) => {
      process.exitCode = await train(options);
    });
};

interface TrainOptions extends ReadingOptions {
  readonly data?: string;
  readonly name?: string;
  readonly recipe: string;
  readonly workspace?: string;
  readonly seed?: number;
  readonly set: readonly string[];
  readonly pipeline?: string;
  readonly description?: string;
  readonly resume?: string;
}

async function train(options: TrainOptions): Promise<number> {
  const create = options.resume === undefined ? await newRun(options) : null;
  const line = new ProgressLine();
  const application = await openHeadless(options.workspace, progressTo(line));
  try {
    lookAfter(application);
    const run = create ? await create(application) : runToResume(application, options.resume ?? '');
    const { result: ended, interrupted } = await interruptible(
      () => application.trainings.pause(run.id),
      () => application.trainings.run(run.id),
    );
    if (interrupted && ended.entry.state !== 'done') {
      process.stderr.write(`${stoppedText(ended.entry, application.workspace.folder)}\n`);
      return EXIT.interrupted;
    }
    if (ended.entry.failure) throw FailureError.from(ended.entry.failure);
    const leftOut = ended.result?.leftOut ?? [];
    for (const { path, failure } of leftOut) process.stderr.write(`left out: ${path}: ${failure.message}\n`);
    line.show(resultText(ended.entry), { last: true });
    const { modelId } = ended.entry;
    if (modelId !== null) warnOfUnknownRoles(application, application.catalog.get(modelId).card);
    return leftOut.some(({ failure }) => failure.code === 'unreadable-image') ? EXIT.someUnreadable : EXIT.done;
  } finally {
    await application.close();
  }
}

/** Checks what was asked for before the workspace is opened. What it gives says what there is to learn from, and makes the run. */
async function newRun({
  data,
  name,
  recipe,
  seed,
  set,
  pipeline,
  description,
  ...options
}: TrainOptions): Promise<(application: Application) => Promise<Run>> {
  if (data === undefined || name === undefined) {
    throw new FailureError(
      'invalid-argument',
      'A training needs --data <folder> and --name <name>.',
      'Only --resume <run> goes on without them.',
    );
  }
  const settings = [
    ...(pipeline === undefined ? [] : [`augmentation=${JSON.stringify(await pipelineIn(pipeline))}`]),
    ...set,
    ...(seed === undefined ? [] : [`seed=${String(seed)}`]),
  ];
  const whole = recipeOf(recipe, settings);
  const folder = resolve(data);
  const reading = readingOf(options);
  return async (application) => {
    requireFreeName(application, name);
    const known = knownClasses(application.workspace, application.catalog);
    const found = await inspectTrainingFolder(folder, { known, reading, signal: new AbortController().signal });
    for (const text of folderText(found)) process.stderr.write(`${text}\n`);
    if (found.question) throw FailureError.from(found.question);
    const id = runIdSchema.parse(randomUUID());
    process.stderr.write(`Run ${id}\n`);
    const about = description === undefined ? {} : { description };
    return application.createRun({ id, name, folder, reading, recipe: whole, ...about });
  };
}

/** A second model of one name could be taken for the first. */
function requireFreeName({ catalog }: Application, name: string): void {
  const folded = (text: string): string => text.trim().normalize('NFC').toLowerCase();
  const taken = catalog.list().find(({ card }) => folded(card.name) === folded(name));
  if (!taken) return;
  throw new FailureError(
    'invalid-argument',
    `There is a model "${taken.card.name}" already, of ${taken.card.createdAt.slice(0, 16)}.`,
    'Give the new one another --name.',
  );
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
