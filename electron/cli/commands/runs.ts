import type { Run } from '#shared/domain/run';
import { EXIT } from '../exit';
import { headline } from '../figures';
import { openHeadless } from '../headless';
import { findRun } from '../findRun';
import { epochText } from '../trainingText';
import { workspaceOption, type AddCommand, type InWorkspace } from '../options';

/** Adds the command `runs`. */
export const addRuns: AddCommand = (root) => {
  root
    .command('runs')
    .description('the trainings of the workspace, or the epochs of one')
    .argument('[run]', 'id of a run, or the beginning of it')
    .option(...workspaceOption)
    .option('--json', 'print as JSON')
    .action(async (run: string | undefined, options: Parameters<typeof listRuns>[1]) => {
      process.exitCode = await listRuns(run, options);
    });
};

/** All trainings, or the epochs of one. */
async function listRuns(id: string | undefined, options: InWorkspace & { readonly json?: boolean }): Promise<number> {
  const application = await openHeadless(options.workspace, () => undefined);
  try {
    const { runs } = application.workspace;
    if (id !== undefined) {
      const run = findRun(application, id);
      const epochs = runs.epochs(run.id);
      const checkpoint = runs.checkpoint(run.id);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ...run, epochs, steps: runs.steps(run.id), checkpoint }, null, 2)}\n`
          : [runText(run), ...epochs.map(epochText), ''].join('\n'),
      );
    } else if (options.json === true) process.stdout.write(`${JSON.stringify(runs.list(), null, 2)}\n`);
    else for (const run of runs.list()) process.stdout.write(`${runText(run)}\n`);
    return EXIT.done;
  } finally {
    await application.close();
  }
}

/** The workspace is ours alone, so that nothing runs in it but what this command does: a run under way was cut. */
function stateText(state: Run['state']): string {
  return state === 'running' || state === 'queued' ? 'cut' : state;
}

function runText({ id, name, createdAt, recipe, state, failure, modelId, evaluation }: Run): string {
  const outcome = evaluation
    ? `model ${modelId ?? ''}, ${headline(evaluation) ?? 'not evaluated'}`
    : (failure?.message ?? '');
  return `${id}  ${stateText(state).padEnd(9)} ${recipe.kind.padEnd(9)} ${createdAt.slice(0, 16)}  ${name}${outcome === '' ? '' : `: ${outcome}`}`;
}
