import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import { modelCardSchema, type ModelCard } from '#shared/domain/model';
import { newestSound, REBUILT, stampOf, writtenWhole, type Backup } from './backup';
import { openDatabase } from './database';
import { ModelRepository } from './modelRepository';
import { lockWorkspace } from './workspace';

/** What came of a repair; `kept` is where the database from before lies, null where there was none. */
export interface Repaired {
  readonly kept: string | null;
}

/** Puts the newest backup without damage in the place of the database. FailureError `not-found` (no such backup), `workspace-locked`, or as writeFailure. */
export function restoreBackup(workspace: string): Repaired & { readonly backup: Backup } {
  return locked(workspace, () => {
    const backup = newestSound(workspace);
    if (!backup) {
      throw new FailureError(
        'not-found',
        `The workspace ${workspace} has no backup without damage in ${join(workspace, 'backups')}.`,
        'Begin new lists from the folders (on the command line: workspace --rebuild), or bring smearscope.db back from a copy of your own.',
      );
    }
    const kept = replaceDatabase(workspace, (part) => {
      copyFileSync(backup.path, part);
    });
    return { backup, kept };
  });
}

/**
 * Begins a new database in the place of the old one, with the models whose folders are whole. Batches, reviews and trainings cannot be read from folders. Gives the models.
 * FailureError `workspace-locked`, or as writeFailure.
 */
export function rebuildLists(workspace: string): Repaired & { readonly models: readonly ModelCard[] } {
  return locked(workspace, () => {
    const models = wholeModels(join(workspace, 'models'));
    const kept = replaceDatabase(workspace, (part) => {
      const database = openDatabase(part);
      const cards = new ModelRepository(database);
      for (const card of models) cards.add(card);
      database.prepare('insert into setting (key, value) values (?, ?)').run(REBUILT, new Date().toISOString());
      database.close();
    });
    return { models, kept };
  });
}

function locked<T>(workspace: string, work: () => T): T {
  const lock = lockWorkspace(workspace);
  try {
    return work();
  } finally {
    lock.close();
  }
}

/** Gives where the old database is kept. Where this is cut, the database is missing and can be restored again. */
function replaceDatabase(workspace: string, make: (part: string) => void): string | null {
  const path = join(workspace, 'smearscope.db');
  const aside = `${path}.kept-${stampOf(new Date())}`;
  writtenWhole(workspace, path, (part) => {
    make(part);
    // A log of the old database must never be read with the new one.
    for (const ending of ['-wal', '-shm', '']) {
      if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
    }
  });
  return existsSync(aside) ? aside : null;
}

/** The cards of models whose files are those that the card names. */
function wholeModels(folder: string): ModelCard[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => {
    try {
      const card = modelCardSchema.parse(JSON.parse(readFileSync(join(folder, name, 'card.json'), 'utf8')));
      const isWhole = Object.entries(card.files).every(([file, hash]) => sha256(join(folder, name, file)) === hash);
      return card.id === name && isWhole ? [card] : [];
    } catch {
      // No card, or no file that it names: not a model.
      return [];
    }
  });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
