import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { UNFINISHED } from '#shared/domain/unfinished';
import { isFlushUnsupported, writeFailure } from '#shared/domain/writeFailure';
import { storeFailure, type Connection } from './database';

/** Backups that are kept: one a day, and one before each change of the database's form. */
const DAYS = 7;
const MIGRATIONS = 3;

/** `smearscope-2026-11-28T09-14-00Z.db`, or `...-before-14.db`, the form that it was about to get. */
const NAME = /^smearscope-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z(-before-\d+)?\.db$/;

/** Says in a database's settings that its lists were begun anew. */
export const REBUILT = 'rebuilt';

/** Says in a database's settings that files were about to be written into the workspace before any row tells of them. */
export const USED = 'used';

/** Asks a table for a row that is work. */
const WORK: Readonly<Record<string, string>> = {
  batch: 'select 1 from batch limit 1',
  run: 'select 1 from run limit 1',
  model: 'select 1 from model limit 1',
  setting: `select 1 from setting where key in ('${REBUILT}', '${USED}')`,
};

/** A backup of a workspace's database. */
export interface Backup {
  readonly path: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly kind: 'daily' | 'migration';
}

/** The backups in a workspace, newest first. */
export function backupsIn(workspace: string): Backup[] {
  const folder = join(workspace, 'backups');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .reverse()
    .flatMap((name) => {
      const [, day = '', hour = '', minute = '', second = '', before] = NAME.exec(name) ?? [];
      if (day === '') return [];
      const madeAt = `${day}T${hour}:${minute}:${second}Z`;
      return [{ path: join(folder, name), madeAt, kind: before === undefined ? 'daily' : 'migration' } as const];
    });
}

/** The newest backup without damage; null where there is none. */
export function newestSound(workspace: string): Backup | null {
  return backupsIn(workspace).find(({ path }) => isSound(path)) ?? null;
}

function isSound(path: string): boolean {
  try {
    return damageOf(path) === null;
  } catch {
    // One that cannot be read is of no more use than a damaged one.
    return false;
  }
}

/** The first thing that SQLite's full check finds wrong with a database file; null where it finds nothing. */
export function damageOf(path: string): string | null {
  let database: Connection | null = null;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    const found = String(database.pragma('integrity_check(1)', { simple: true }));
    return found === 'ok' ? null : found;
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return error.message;
    throw storeFailure(path, error);
  } finally {
    database?.close();
  }
}

/** Whether a database holds work, was about to get some, or was begun anew beside images and models because that was lost. Tables that an older version did not have hold none. */
export function holdsWork(database: Connection): boolean {
  return database
    .prepare<[], string>("select name from sqlite_master where type = 'table'")
    .pluck()
    .all()
    .some((table) => WORK[table] !== undefined && database.prepare(WORK[table]).get() !== undefined);
}

/** Makes the backup of the day where there is none yet. FailureError `disk-full`, `permission-denied` and the like. */
export function backUpDaily(workspace: string, now = new Date()): void {
  const today = now.toISOString().slice(0, 10);
  if (backupsIn(workspace).some(({ kind, madeAt }) => kind === 'daily' && madeAt.startsWith(today))) return;
  const path = join(workspace, 'smearscope.db');
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    if (holdsWork(database)) backUp(workspace, database, `${stampOf(now)}.db`);
  } finally {
    database.close();
  }
}

/** Makes a backup of a database that is about to be brought to `version`. FailureError as backUpDaily. */
export function backUpBefore(version: number, workspace: string, database: Connection, now = new Date()): void {
  if (holdsWork(database)) backUp(workspace, database, `${stampOf(now)}-before-${String(version)}.db`);
}

/** A moment as it stands in names of files: in UTC, without colons, which Windows does not allow. */
export function stampOf(moment: Date): string {
  return moment.toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
}

/** Puts a database file in its place whole or not at all, durably; `make` writes it under another name. FailureError as writeFailure. */
export function writtenWhole(workspace: string, path: string, make: (part: string) => void): void {
  const unfinished = join(workspace, 'backups', UNFINISHED);
  const part = join(unfinished, `smearscope-${randomUUID()}`);
  try {
    mkdirSync(unfinished, { recursive: true });
    make(part);
    flush(part, 'r+');
    renameSync(part, path);
    // Windows cannot open a folder, and does not need to.
    if (process.platform !== 'win32') flush(dirname(path), 'r');
  } catch (error) {
    rmSync(part, { force: true });
    throw writeFailure(path, storeFailure(path, error));
  }
}

function backUp(workspace: string, database: Connection, name: string): void {
  writtenWhole(workspace, join(workspace, 'backups', `smearscope-${name}`), (part) => {
    // A copy of one moment, whatever is written meanwhile.
    database.prepare('vacuum into ?').run(part);
    const damage = damageOf(part);
    if (damage !== null) throw new Error(`The backup came out damaged: ${damage}`);
  });
  const backups = backupsIn(workspace);
  const old = [
    ...backups.filter(({ kind }) => kind === 'daily').slice(DAYS),
    ...backups.filter(({ kind }) => kind === 'migration').slice(MIGRATIONS),
  ];
  for (const { path } of old) rmSync(path, { force: true });
}

function flush(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } catch (error) {
    if (!isFlushUnsupported(error)) throw error;
  } finally {
    closeSync(file);
  }
}
