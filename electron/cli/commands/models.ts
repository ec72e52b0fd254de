import { EXIT } from '../exit';
import { headline } from '../figures';
import { openHeadless } from '../headless';
import { workspaceOption, type AddCommand, type InWorkspace } from '../options';

/** Adds the command `models`. */
export const addModels: AddCommand = (root) => {
  root
    .command('models')
    .description('the models of the workspace')
    .option(...workspaceOption)
    .option('--json', 'print as JSON')
    .action(async (options: Parameters<typeof listModels>[0]) => {
      process.exitCode = await listModels(options);
    });
};

async function listModels(options: InWorkspace & { readonly json?: boolean }): Promise<number> {
  const application = await openHeadless(options.workspace, () => undefined);
  try {
    const models = application.catalog.list();
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(models, null, 2)}\n`);
      return EXIT.done;
    }
    for (const { id, live, card } of models) {
      process.stdout.write(
        `${live ? '*' : ' '} ${id}  ${card.name}, ${String(card.classIds.length)} classes, ${card.createdAt.slice(0, 10)}: ${headline(card.evaluation) ?? 'not evaluated'}\n`,
      );
    }
    return EXIT.done;
  } finally {
    await application.close();
  }
}
