import { resolve } from 'node:path';
import { EXIT } from '../exit';
import { openHeadless } from '../headless';
import { workspaceOption, type AddCommand, type InWorkspace } from '../options';

/** Adds the command `import`. */
export const addImport: AddCommand = (root) => {
  root
    .command('import')
    .description('take a model folder into the workspace, once it is checked')
    .argument('<folder>', 'a model folder: card.json and the files it names')
    .option(...workspaceOption)
    .action(async (folder: string, options: Parameters<typeof importModel>[1]) => {
      process.exitCode = await importModel(folder, options);
    });
};

async function importModel(folder: string, options: InWorkspace): Promise<number> {
  const application = await openHeadless(options.workspace, () => undefined);
  try {
    const { id, name } = await application.importModel(resolve(folder));
    process.stdout.write(`Imported "${name}" as ${id}.\n`);
    return EXIT.done;
  } finally {
    await application.close();
  }
}
