import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Slide } from '#shared/domain/batch';
import { differentialOf } from '#shared/domain/differential';
import { batchIdSchema } from '#shared/domain/ids';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import { FailureError } from '#shared/domain/failure';
import { batchProgressTo } from '../batchText';
import { EXIT } from '../exit';
import { openHeadless, resources } from '../headless';
import { ProgressLine } from '../progressLine';
import { type AddCommand } from '../options';

/** Adds the command `sample`. */
export const addSample: AddCommand = (root) => {
  root
    .command('sample')
    .description('classify the sample slide and print its differential')
    .option('--workspace <folder>', 'workspace folder (default: a temporary one)')
    .action(async (options: Parameters<typeof sample>[0]) => {
      process.exitCode = await sample(options);
    });
};

/** The main job on the sample slide, without a window. */
async function sample(options: { readonly workspace?: string }): Promise<number> {
  const temporary = options.workspace === undefined ? await mkdtemp(join(tmpdir(), 'smearscope-sample-')) : null;
  const application = openHeadless(options.workspace ?? temporary ?? undefined, batchProgressTo(new ProgressLine()));
  try {
    const { id } = application.createBatch({
      id: batchIdSchema.parse(randomUUID()),
      sources: [resources.sampleSlide],
      name: 'Sample slide',
    });
    const batch = await application.runBatch(id);
    if (batch.failure) throw FailureError.from(batch.failure);
    for (const slide of application.workspace.slides.ofBatch(id)) process.stdout.write(differentialText(slide));
    process.stdout.write(`${RESEARCH_USE_LINE}\n`);
    return batch.unreadable > 0 ? EXIT.someUnreadable : EXIT.done;
  } finally {
    await application.close();
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }
}

function differentialText(slide: Slide): string {
  const differential = differentialOf(slide.counts.machine, slide.counts.machineUnidentified);
  const { rows, whiteCells, erythroblasts, erythroblastsPer100, platelets, unidentified, caution } = differential;
  const figure = (value: number): string => value.toFixed(1).padStart(6);
  return [
    `Slide "${slide.name}": ${String(slide.classified)} cells, ${String(whiteCells)} of them white`,
    ...rows.map(({ cellClass, count, percent, low, high }) => {
      const share = percent === null ? '     -' : figure(percent);
      return `  ${cellClass.name.padEnd(22)}${String(count).padStart(5)}${share} %   95 % limits ${figure(low)} to ${figure(high)} %`;
    }),
    `  ${'Erythroblasts'.padEnd(22)}${String(erythroblasts).padStart(5)}${erythroblastsPer100 === null ? '' : `${figure(erythroblastsPer100)} per 100 white cells`}`,
    `  ${'Platelets seen'.padEnd(22)}${String(platelets).padStart(5)}`,
    `  ${'Unidentified'.padEnd(22)}${String(unidentified).padStart(5)}`,
    ...(caution === null
      ? []
      : [
          `Only ${String(whiteCells)} white cells: ${caution === 'warning' ? 'too few for a differential' : 'count 200 for narrower limits'}.`,
        ]),
    '',
  ].join('\n');
}
