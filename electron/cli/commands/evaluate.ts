import { resolve } from 'node:path';
import { readTrainingFolder } from '#main/jobs/trainingFolder';
import { requireWritable, writeTextFile } from '#main/report/writeFile';
import { fixedPrecision, temperatureOf } from '#shared/domain/model';
import type { PrecisionChoice } from '#shared/domain/precision';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import type { TrainingProgress } from '#shared/domain/run';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { EXIT } from '../exit';
import { interruptible, openHeadless } from '../headless';
import { ProgressLine } from '../progressLine';
import type { Failure } from '#shared/domain/failure';
import { precisionOption, viewsOption, workspaceOption, type AddCommand } from '../options';

/** Adds the command `evaluate`. */
export const addEvaluate: AddCommand = (root) => {
  root
    .command('evaluate')
    .description('figures of a model on a folder that holds one folder of images for each class')
    .requiredOption('--data <folder>', 'one folder for each class')
    .requiredOption('--out <file>', 'report as JSON')
    .option('--model <name>', 'model (default: the live one, else the starter)')
    .option(...viewsOption)
    .addOption(precisionOption)
    .option(...workspaceOption)
    .action(async (options: Parameters<typeof evaluate>[0]) => {
      process.exitCode = await evaluate(options);
    });
};

interface EvaluateOptions {
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
  const application = openHeadless(options.workspace, (name, value) => {
    if (name === 'notice') process.stderr.write(`\n${(value as Failure).message}\n`);
  });
  const controller = new AbortController();
  try {
    const files = await readTrainingFolder(resolve(options.data));
    const { card, folder } = application.catalog.get(options.model ?? application.catalog.liveId());
    const { result } = await interruptible(
      () => {
        controller.abort();
      },
      async () => {
        const { signal } = controller;
        const precision =
          fixedPrecision(card, options.precision) ??
          (await application.compute.call('precision', { modelFolder: folder }, { signal }));
        const onProgress = ({ done, total }: TrainingProgress): void => {
          line.show(`${String(done)} of ${String(total)}`);
        };
        const request = { modelFolder: folder, views: options.views, precision, files };
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
    const { accuracy, n } = evaluation;
    const percent = (value: number | null): string => (value === null ? '-' : `${(100 * value).toFixed(1)} %`);
    line.show(
      `accuracy ${percent(accuracy.value)} (95 % limits ${percent(accuracy.low)} to ${percent(accuracy.high)}), n = ${String(n)}${options.views > 1 ? `, by ${String(options.views)} views of each` : ''}, in ${precision}`,
      { last: true },
    );
    return leftOut.some(({ failure }) => failure.code === 'unreadable-image') ? EXIT.someUnreadable : EXIT.done;
  } finally {
    await application.close();
  }
}
