import { EXIT } from '../exit';
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
  const application = openHeadless(options.workspace, () => undefined);
  try {
    const models = application.catalog.list();
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(models, null, 2)}\n`);
      return EXIT.done;
    }
    for (const { id, live, card } of models) {
      const { accuracy, n } = card.evaluation;
      const figures =
        accuracy.value === null ? '' : `${(100 * accuracy.value).toFixed(1)} % of ${String(n)} locked images`;
      process.stdout.write(
        `${live ? '*' : ' '} ${id}  ${card.name}, ${String(card.classIds.length)} classes, ${figures}, ${card.createdAt.slice(0, 10)}\n`,
      );
    }
    return EXIT.done;
  } finally {
    await application.close();
  }
}
