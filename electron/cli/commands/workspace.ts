import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { backupsIn, damageOf } from '#main/store/backup';
import { rebuildLists, restoreBackup } from '#main/store/restore';
import { FailureError } from '#shared/domain/failure';
import { EXIT } from '../exit';
import { workspaceFolder } from '../headless';
import { workspaceOption, type AddCommand, type InWorkspace } from '../options';

/** Adds the command `workspace`. */
export const addWorkspace: AddCommand = (root) => {
  root
    .command('workspace')
    .description(
      'check the database of the workspace, or repair one that is lost or damaged (default: list its backups)',
    )
    .option(...workspaceOption)
    .addOption(new Option('--check', 'check the database in full').conflicts(['restore', 'rebuild']))
    .addOption(
      new Option('--restore', 'put the newest sound backup in its place; the old database is kept').conflicts(
        'rebuild',
      ),
    )
    .option('--rebuild', 'begin a new database with the models in the folders; the old database is kept')
    .action((options: Parameters<typeof repair>[0]) => {
      process.exitCode = repair(options);
    });
};

interface RepairOptions extends InWorkspace {
  readonly check?: boolean;
  readonly restore?: boolean;
  readonly rebuild?: boolean;
}

function repair({ workspace, check, restore, rebuild }: RepairOptions): number {
  const { folder } = workspaceFolder(workspace);
  if (!existsSync(folder)) {
    throw new FailureError(
      'not-found',
      `The workspace folder ${folder} is not there.`,
      'Connect the drive that holds it, or name another with --workspace.',
    );
  }
  if (restore === true) {
    const { backup, kept } = restoreBackup(folder);
    process.stdout.write(`The backup of ${backup.madeAt} is the database now.${keptText(kept)}\n`);
  } else if (rebuild === true) {
    const { models, kept } = rebuildLists(folder);
    process.stdout.write(
      `A new database has the models ${models.map(({ id }) => id).join(', ') || '(none were whole)'}. Batches, reviews and trainings cannot be read from folders.${keptText(kept)}\n`,
    );
  } else if (check === true) {
    const path = join(folder, 'smearscope.db');
    const damage = existsSync(path) ? damageOf(path) : 'it is missing';
    process.stdout.write(damage === null ? `${path}: no damage\n` : `${path}: damaged: ${damage}\n`);
    return damage === null ? EXIT.done : EXIT.failed;
  } else {
    const backups = backupsIn(folder);
    if (backups.length === 0) process.stdout.write('There are no backups.\n');
    for (const { madeAt, kind, path } of backups) process.stdout.write(`${madeAt} ${kind.padEnd(9)} ${path}\n`);
  }
  return EXIT.done;
}

function keptText(kept: string | null): string {
  return kept === null ? '' : ` The old one is kept as ${kept}.`;
}
