import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { FailureError } from '#shared/domain/failure';
import type { Log } from '../log';
import { foundation } from './migrations/001-foundation';
import { training } from './migrations/002-training';
import { views } from './migrations/003-views';
import { predictions } from './migrations/004-predictions';
import { unfamiliar } from './migrations/005-unfamiliar';
import { confirmed } from './migrations/006-confirmed';
import { precision } from './migrations/007-precision';
import { classes } from './migrations/008-classes';
import { passedOver } from './migrations/009-passedOver';
import { jobs } from './migrations/010-jobs';
import { unlike } from './migrations/011-unlike';
import { results } from './migrations/012-results';
import { reading } from './migrations/013-reading';
import { valueRanges } from './migrations/014-valueRanges';

export type Connection = Database.Database;

/** In their order; the number of those applied stands in user_version. */
export const MIGRATIONS: readonly string[] = [
  foundation,
  training,
  views,
  predictions,
  unfamiliar,
  confirmed,
  precision,
  classes,
  passedOver,
  jobs,
  unlike,
  results,
  reading,
  valueRanges,
];

/** SQLite before 3.51.3 can corrupt a database in WAL mode when the log is reset. */
const OLDEST_SQLITE = 3_051_003;

const SLOW_MILLISECONDS = 40;

/** What to do about a database that is damaged or lost. */
export const RESCUE =
  'Restore the newest backup, or begin new lists from the folders (on the command line: workspace --restore, or --rebuild); or choose another workspace folder.';

/**
 * Opens the workspace's database and brings it up to date; `beforeMigration` is called with one that was there and is about to be brought to a version.
 * FailureError `workspace-newer`, `workspace-corrupt`, `read-only` or `disk-full` leaves it as it was.
 */
export function openDatabase(
  path: string,
  beforeMigration: (database: Connection, version: number) => void = () => undefined,
): Connection {
  const isNew = !existsSync(path);
  let database: Connection;
  try {
    database = new Database(path);
  } catch (error) {
    throw storeFailure(path, error);
  }
  try {
    requireVersion(database);
    if (!isNew && database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw corrupt(path);
    database.pragma('journal_mode = WAL');
    database.pragma('foreign_keys = ON');
    database.pragma('synchronous = NORMAL');
    database.pragma('busy_timeout = 5000');
    migrate(database, path, isNew ? null : beforeMigration);
    return database;
  } catch (error) {
    database.close();
    throw storeFailure(path, error);
  }
}

function migrate(
  database: Connection,
  path: string,
  before: ((database: Connection, version: number) => void) | null,
): void {
  const version = database.pragma('user_version', { simple: true });
  if (typeof version !== 'number' || version < 0) throw corrupt(path);
  if (version > MIGRATIONS.length) {
    throw new FailureError(
      'workspace-newer',
      `The workspace ${path} was made by a newer version of Smearscope.`,
      'Install the newest version, or choose another workspace folder. Nothing was changed.',
    );
  }
  if (version < MIGRATIONS.length) before?.(database, MIGRATIONS.length);
  MIGRATIONS.slice(version).forEach((sql, index) => {
    database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${String(version + index + 1)}`);
    })();
  });
}

function requireVersion(database: Connection): void {
  const row = database.prepare<[], { version: string }>('select sqlite_version() as version').get();
  const [major = 0, minor = 0, patch = 0] = (row?.version ?? '').split('.').map(Number);
  if (major * 1_000_000 + minor * 1000 + patch < OLDEST_SQLITE) {
    throw new Error(`SQLite ${row?.version ?? ''} is too old; run set-up again.`);
  }
}

/** An error of SQLite in the user's words; anything else is handed on as it is. */
export function storeFailure(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code === 'SQLITE_FULL') {
    return new FailureError(
      'disk-full',
      `The disk that holds ${path} is full.`,
      'Free some space, then resume: what is classified is kept.',
      { cause: error },
    );
  }
  if (
    error.code.startsWith('SQLITE_READONLY') ||
    error.code.startsWith('SQLITE_CANTOPEN') ||
    error.code === 'SQLITE_PERM'
  ) {
    return new FailureError(
      'read-only',
      `The workspace cannot be written to: ${path}.`,
      'Check the rights on the folder, or choose another workspace folder.',
      { cause: error },
    );
  }
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return new FailureError(
      'busy',
      `Another program holds the database of the workspace: ${path}.`,
      'Close it there, then go on: what was done before is kept.',
      { cause: error },
    );
  }
  if (error.code.startsWith('SQLITE_IOERR')) {
    return new FailureError(
      'disk-error',
      `The drive that holds ${path} gives an error or does not answer (${error.code}).`,
      'Check the drive and its connection, then go on: what was done before is kept.',
      { cause: error },
    );
  }
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB') return corrupt(path, error);
  return error;
}

function corrupt(path: string, cause?: unknown): FailureError {
  return new FailureError('workspace-corrupt', `The database ${path} is damaged.`, `${RESCUE} Nothing was changed.`, {
    cause,
  });
}

/** Runs a piece of work on the database and logs it if it was slow. */
export function timed<T>(log: Log, name: string, work: () => T): T {
  const start = performance.now();
  try {
    return work();
  } finally {
    const milliseconds = performance.now() - start;
    if (milliseconds > SLOW_MILLISECONDS) log.warn(`slow query: ${name} took ${milliseconds.toFixed(0)} ms`);
  }
}
