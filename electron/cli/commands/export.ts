import { resolve } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import { exportFormatSchema } from '#shared/domain/model';
import { chosenModel } from '../chosenModel';
import { EXIT } from '../exit';
import { openHeadless } from '../headless';
import { place, workspaceOption, type AddCommand, type InWorkspace } from '../options';

/** Adds the command `export`. */
export const addExport: AddCommand = (root) => {
  root
    .command('export')
    .description('write a model for other programs')
    .argument('<model>', 'a model of the workspace')
    .requiredOption('--format <form>', `form: ${exportFormatSchema.options.join(', ')}`)
    .requiredOption('--out <folder>', 'a folder that is not there yet', place)
    .option(...workspaceOption)
    .action(async (model: string, options: Parameters<typeof exportModel>[1]) => {
      process.exitCode = await exportModel(model, options);
    });
};

async function exportModel(
  model: string,
  options: InWorkspace & { readonly format: string; readonly out: string },
): Promise<number> {
  const format = exportFormatSchema.safeParse(options.format);
  if (!format.success) {
    throw new FailureError(
      'invalid-argument',
      `There is no form "${options.format}".`,
      `The forms are ${exportFormatSchema.options.join(', ')}.`,
    );
  }
  const application = await openHeadless(options.workspace, () => undefined);
  try {
    const { folder } = chosenModel(application.catalog, model);
    const out = resolve(options.out);
    const files = await application.compute.call('exportModel', { modelFolder: folder, format: format.data, out });
    process.stdout.write(`Wrote ${files.join(', ')} to ${out}.\n`);
    return EXIT.done;
  } finally {
    await application.close();
  }
}
