import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Application } from '#main/application';
import { csv } from '#main/report/csv';
import { cellsTable } from '#main/report/tables';
import { writeTable } from '#main/report/writeTable';
import { requireWritable, writeTextFile } from '#main/files/writeFile';
import type { Batch } from '#shared/domain/batch';
import { batchIdSchema } from '#shared/domain/ids';
import { slideNotice } from '#shared/domain/slideNotice';
import { fixedPrecision } from '#shared/domain/model';
import type { PrecisionChoice } from '#shared/domain/precision';
import { passedOverText } from '#shared/domain/passedOver';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { FailureError } from '#shared/domain/failure';
import { chosenModel } from '../chosenModel';
import { warnOfUnknownRoles } from '../classRoles';
import { byteOrderMarkOption, csvStyleOf, decimalMarkOption, separatorOption, type CsvOptions } from '../csvOptions';
import { EXIT } from '../exit';
import { interruptible, lookAfter, openHeadless } from '../headless';
import { batchProgressTo } from '../batchText';
import { duration, ProgressLine } from '../progressLine';
import { place, precisionOption, viewsOption, workspaceOption, type AddCommand } from '../options';

/** Adds the command `classify`. */
export const addClassify: AddCommand = (root) => {
  root
    .command('classify')
    .description('classify folders of single-cell images and write a table of the results')
    .argument('<folder...>', 'folders or files; every folder that holds images is a slide')
    .requiredOption(
      '--out <file>',
      'results: an Excel workbook if it ends in .xlsx, else CSV; unreadable files go into <file>.unreadable.csv',
      place,
    )
    .addOption(separatorOption)
    .addOption(decimalMarkOption)
    .option(...byteOrderMarkOption)
    .option(...workspaceOption)
    .option('--model <name>', 'model (default: the live one, else the starter)')
    .option(...viewsOption)
    .addOption(precisionOption)
    .option('--shard <i/n>', 'take only part i of n of the files, by hash of the relative path', shard)
    .option('--json', 'print a summary as JSON on standard output')
    .action(async (folders: string[], options: Parameters<typeof classify>[1]) => {
      process.exitCode = await classify(folders, options);
    });
};

interface ClassifyOptions extends CsvOptions {
  readonly out: string;
  readonly workspace?: string;
  readonly model?: string;
  readonly views: Views;
  readonly precision: PrecisionChoice;
  readonly shard?: string;
  readonly json?: boolean;
}

/** A batch that was cut goes on where it was, and one whose results could not be written is only written. Resolves to the exit code. */
async function classify(folders: readonly string[], options: ClassifyOptions): Promise<number> {
  await requireWritable(options.out);
  const started = Date.now();
  const line = new ProgressLine();
  const application = await openHeadless(options.workspace, batchProgressTo(line));
  try {
    lookAfter(application);
    const batch = unfinishedOrNew(
      application,
      folders.map((folder) => resolve(folder)),
      options,
    );
    const { batches } = application.workspace;
    batches.setResultsDue(batch.id, true);
    const { result } = await interruptible(
      () => application.batches.pause(batch.id),
      async () => (await application.batches.run(batch.id)).entry,
    );
    if (result.failure) throw FailureError.from(result.failure);
    if (result.state !== 'done') {
      process.stderr.write(
        `Stopped after ${String(settled(result))} of ${String(result.total)} files. The same command goes on from there.\n`,
      );
      return EXIT.interrupted;
    }
    line.show(`${String(settled(result))} files in ${duration((Date.now() - started) / 1000)}`, { last: true });
    const code = await writeResults(application, result, options);
    batches.setResultsDue(batch.id, false);
    return code;
  } finally {
    await application.close();
  }
}

function unfinishedOrNew(
  application: Application,
  sources: readonly string[],
  { model, views, precision, shard }: ClassifyOptions,
): Batch {
  const { card } = chosenModel(application.catalog, model);
  const unfinished = application.workspace.batches.findUnfinished({
    sources,
    modelId: card.id,
    views,
    precision: precision === 'automatic' ? null : fixedPrecision(card, precision),
    shard: shard ?? null,
  });
  if (unfinished) {
    process.stderr.write(
      `Going on with the batch of ${unfinished.createdAt}: ${String(settled(unfinished))} files are done.\n`,
    );
    return unfinished;
  }
  return application.createBatch({
    id: batchIdSchema.parse(randomUUID()),
    sources,
    modelId: card.id,
    views,
    precision,
    ...(shard !== undefined && { shard }),
  });
}

async function writeResults(application: Application, batch: Batch, options: ClassifyOptions): Promise<number> {
  const { card } = application.catalog.get(batch.modelId);
  warnOfUnknownRoles(application, card);
  const { cells, batches, slides } = application.workspace;
  try {
    await writeTable(cellsTable(cells.records(batch.id, null), card, { notice: false }), {
      path: options.out,
      format: options.out.toLowerCase().endsWith('.xlsx') ? 'xlsx' : 'csv',
      csvStyle: csvStyleOf(options),
      sheet: 'cells',
    });
  } catch (error) {
    process.stderr.write(
      'The batch is done and kept: the same command writes its results, and classifies nothing again.\n',
    );
    throw error;
  }
  const passedOver = batches.passedOver(batch.id).map(passedOverText);
  for (const text of passedOver) process.stderr.write(`passed over: ${text}\n`);
  for (const slide of slides.ofBatch(batch.id)) {
    const notice = slideNotice(slide);
    if (notice !== null) process.stderr.write(`${slide.name}: ${notice}\n`);
  }
  const setAside = batches.setAside(batch.id);
  const unreadable = setAside.filter(({ kind }) => kind === 'unreadable');
  const duplicates = setAside.length - unreadable.length;
  if (duplicates > 0)
    process.stderr.write(
      `${String(duplicates)} files hold an image that stands in the same slide already; each is counted once.\n`,
    );
  if (unreadable.length > 0) {
    for (const { path, reason } of unreadable) process.stderr.write(`unreadable: ${path}: ${reason}\n`);
    await writeTextFile(
      `${options.out}.unreadable.csv`,
      csv([['file', 'reason'], ...unreadable.map(({ path, reason }) => [path, reason])], csvStyleOf(options)),
    );
  }
  if (options.json === true) {
    const { id, views, precision, total, classified } = batch;
    const summary = {
      batch: id,
      model: card.id,
      views,
      precision,
      total,
      classified,
      duplicates,
      unreadable: unreadable.length,
      passedOver,
      out: resolve(options.out),
    };
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  }
  return unreadable.length > 0 ? EXIT.someUnreadable : EXIT.done;
}

function settled({ classified, duplicates, unreadable }: Batch): number {
  return classified + duplicates + unreadable;
}

function shard(text: string): string {
  const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text);
  if (!match || Number(match[1]) > Number(match[2]))
    throw new InvalidArgumentError('It is written i/n, with 1 <= i <= n.');
  return text;
}
