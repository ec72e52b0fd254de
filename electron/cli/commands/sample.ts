import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Slide } from '#shared/domain/batch';
import type { CellClasses } from '#shared/domain/cellClass';
import { differentialOf, type WhiteShare } from '#shared/domain/differential';
import { batchIdSchema } from '#shared/domain/ids';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import { FailureError } from '#shared/domain/failure';
import { batchProgressTo } from '../batchText';
import { EXIT } from '../exit';
import { openHeadless, resources } from '../headless';
import { ProgressLine } from '../progressLine';
import { place, type AddCommand } from '../options';

/** Adds the command `sample`. */
export const addSample: AddCommand = (root) => {
  root
    .command('sample')
    .description('classify the sample slide and print its differential')
    .option('--workspace <folder>', 'workspace folder (default: a temporary one)', place)
    .action(async (options: Parameters<typeof sample>[0]) => {
      process.exitCode = await sample(options);
    });
};

/** The main job on the sample slide, without a window. */
async function sample(options: { readonly workspace?: string }): Promise<number> {
  const temporary = options.workspace === undefined ? await mkdtemp(join(tmpdir(), 'smearscope-sample-')) : null;
  const application = await openHeadless(
    options.workspace ?? temporary ?? undefined,
    batchProgressTo(new ProgressLine()),
  );
  try {
    const { id } = application.createBatch({
      id: batchIdSchema.parse(randomUUID()),
      sources: [resources.sampleSlide],
      name: 'Sample slide',
    });
    const { entry: batch } = await application.batches.run(id);
    if (batch.failure) throw FailureError.from(batch.failure);
    const classes = application.workspace.classes.current();
    for (const slide of application.workspace.slides.ofBatch(id))
      process.stdout.write(differentialText(slide, classes));
    process.stdout.write(`${RESEARCH_USE_LINE}\n`);
    return batch.unreadable > 0 ? EXIT.someUnreadable : EXIT.done;
  } finally {
    await application.close();
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }
}

function differentialText(slide: Slide, classes: CellClasses): string {
  const differential = differentialOf(classes, slide.counts.machine, slide.counts.machineUnidentified);
  const { rows, whiteCells, erythroblasts, erythroblastsPer100, platelets, outside, unidentified, caution } =
    differential;
  const figure = (value: number): string => value.toFixed(1).padStart(6);
  const line = (name: string, count: number, more = ''): string =>
    `  ${name.padEnd(22)}${String(count).padStart(5)}${more}`;
  const share = (name: string, { count, percent, low, high }: WhiteShare): string =>
    line(
      name,
      count,
      `${percent === null ? '     -' : figure(percent)} %   95 % limits ${figure(low)} to ${figure(high)} %`,
    );
  return [
    `Slide "${slide.name}": ${String(slide.classified)} cells, ${String(whiteCells)} of them white`,
    ...rows.flatMap((row) => [
      share(row.cellClass.name, row),
      ...row.subtypes.map((subtype) => share(`  ${subtype.cellClass.name}`, subtype)),
    ]),
    line(
      'Erythroblasts',
      erythroblasts,
      erythroblastsPer100 === null ? '' : `${figure(erythroblastsPer100)} per 100 white cells`,
    ),
    line('Platelets seen', platelets),
    ...outside.flatMap(({ cellClass: { name, role }, count }) => {
      if (role === null) return line(name, count, '   role not known: not in the percentages');
      return role === 'other' ? line(name, count) : [];
    }),
    line('Unidentified', unidentified),
    ...(caution === null
      ? []
      : [
          `Only ${String(whiteCells)} white cells: ${caution === 'warning' ? 'too few for a differential' : 'count 200 for narrower limits'}.`,
        ]),
    '',
  ].join('\n');
}
