import { resolve } from 'node:path';
import { inspectTrainingFolder, readTrainingFolder, type FolderOptions } from '#main/jobs/trainingFolder';
import { knownClasses } from '#main/knownClasses';
import { requireWritable, writeTextFile } from '#main/files/writeFile';
import type { LabelledFile } from '#shared/compute/protocol';
import { fixedPrecision, temperatureOf } from '#shared/domain/model';
import type { PrecisionChoice } from '#shared/domain/precision';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import type { TrainingProgress } from '#shared/domain/run';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { chosenModel } from '../chosenModel';
import { EXIT } from '../exit';
import { headline } from '../figures';
import { folderText } from '../folderText';
import { interruptible, openHeadless } from '../headless';
import { ProgressLine } from '../progressLine';
import { FailureError, type Failure } from '#shared/domain/failure';
import {
  classLevelOption,
  joinClassesOption,
  place,
  precisionOption,
  readingOf,
  viewsOption,
  workspaceOption,
  type AddCommand,
  type ReadingOptions,
} from '../options';

/** Adds the command `evaluate`. */
export const addEvaluate: AddCommand = (root) => {
  root
    .command('evaluate')
    .description('figures of a model on a folder that holds one folder of images for each class')
    .requiredOption('--data <folder>', 'one folder for each class', place)
    .requiredOption('--out <file>', 'report as JSON', place)
    .option(...joinClassesOption)
    .option(...classLevelOption)
    .option('--model <name>', 'model (default: the live one, else the starter)')
    .option(...viewsOption)
    .addOption(precisionOption)
    .option(...workspaceOption)
    .action(async (options: Parameters<typeof evaluate>[0]) => {
      process.exitCode = await evaluate(options);
    });
};

interface EvaluateOptions extends ReadingOptions {
  readonly data: string;
  readonly out: string;
  readonly model?: string;
  readonly views: Views;
  readonly precision: PrecisionChoice;
  readonly workspace?: string;
}

async function evaluate(options: EvaluateOptions): Promise<number> {
  await requireWritable(options.out);
  const line = new ProgressLine();
  const application = await openHeadless(options.workspace, (name, value) => {
    if (name === 'notice') process.stderr.write(`\n${(value as Failure).message}\n`);
  });
  const controller = new AbortController();
  try {
    const { card, folder: modelFolder } = chosenModel(application.catalog, options.model);
    const known = knownClasses(application.workspace, application.catalog, card.classIds);
    const files = await labelledFiles(resolve(options.data), {
      known,
      reading: readingOf(options),
      signal: controller.signal,
    });
    const { result } = await interruptible(
      () => {
        controller.abort();
      },
      async () => {
        const { signal } = controller;
        const precision =
          fixedPrecision(card, options.precision) ??
          (await application.compute.call('precision', { modelFolder }, { signal }));
        const onProgress = ({ done, total }: TrainingProgress): void => {
          line.show(`${String(done)} of ${String(total)}`);
        };
        const request = { modelFolder, views: options.views, precision, files };
        return application.compute.call('evaluate', request, { signal, onProgress });
      },
    );
    const { evaluation, leftOut, dataHash, graphMilliseconds, precision } = result;
    const model = {
      id: card.id,
      name: card.name,
      files: card.files,
      backbone: card.backbone,
      precision,
      temperature: temperatureOf(card, precision),
    };
    const report = {
      notice: RESEARCH_USE_LINE,
      createdAt: new Date().toISOString(),
      model,
      views: options.views,
      graphMillisecondsAnImage: Number((graphMilliseconds / evaluation.n).toFixed(3)),
      dataHash,
      ...evaluation,
      leftOut: leftOut.map(({ path, failure }) => ({ file: path, reason: failure.message })),
    };
    await writeTextFile(options.out, [`${JSON.stringify(report, null, 2)}\n`]);
    for (const { path, failure } of leftOut) process.stderr.write(`left out: ${path}: ${failure.message}\n`);
    line.show(
      `${headline(evaluation) ?? 'nothing was evaluated'}${options.views > 1 ? `, by ${String(options.views)} views of each` : ''}, in ${precision}`,
      { last: true },
    );
    return leftOut.some(({ failure }) => failure.code === 'unreadable-image') ? EXIT.someUnreadable : EXIT.done;
  } catch (error) {
    if (!controller.signal.aborted || !isCancelled(error)) throw error;
    process.stderr.write('Stopped. Start it again when you like.\n');
    return EXIT.interrupted;
  } finally {
    await application.close();
  }
}

/** The images to evaluate on: the test set where the folder has one, else all. Says how the folder is read. */
async function labelledFiles(folder: string, options: FolderOptions): Promise<LabelledFile[]> {
  const found = await inspectTrainingFolder(folder, options);
  for (const text of folderText({ ...found, warnings: [] })) process.stderr.write(`${text}\n`);
  const files = await readTrainingFolder(folder, options);
  const tested = files.filter(({ part }) => part === 'test');
  if (tested.length === 0) return files;
  process.stderr.write(`Only the test set is evaluated: ${String(tested.length)} of ${String(files.length)} images.\n`);
  return tested;
}

function isCancelled(error: unknown): boolean {
  return error instanceof FailureError && error.failure.code === 'cancelled';
}
