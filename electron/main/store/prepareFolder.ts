import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import { writeFailure } from '#shared/domain/writeFailure';
import { requireWritable } from '../files/writeFile';
import { RESCUE } from './database';

/** How long a drive may take to answer, milliseconds. */
const LONGEST = 15_000;

/** What a workspace holds, and what systems put into every folder. */
const OWN = /^(images|thumbnails|models|runs|features|log|backups|(smearscope|lock)\.db.*)$/;
const NOTHING: readonly string[] = ['.DS_Store', 'Thumbs.db', 'desktop.ini'];

/**
 * Asks whether a folder can be opened as a workspace, before SQLite waits for its drive, and makes it where it is missing; with `mustExist` it must be there, as one that was opened before.
 * FailureError `not-found`, `workspace-foreign` (other things lie in it), `workspace-lost` (its database is gone, its images or models are not), or as writeFailure.
 */
export function prepareFolder(folder: string, mustExist: boolean, limit = LONGEST): Promise<void> {
  return answered(folder, limit, prepare(folder, mustExist));
}

/** What `work` gives, unless the drive of `folder` keeps it waiting longer than `limit` milliseconds: FailureError `disk-error`. */
export async function answered<T>(folder: string, limit: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new FailureError(
          'disk-error',
          `The drive that holds ${folder} does not answer.`,
          'Check the drive and its connection, or choose another workspace folder.',
        ),
      );
    }, limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function prepare(folder: string, mustExist: boolean): Promise<void> {
  try {
    const names = await namesIn(folder);
    if (names === null && mustExist) {
      throw new FailureError(
        'not-found',
        `The workspace folder ${folder} is not there.`,
        'Connect the drive that holds it, or choose another workspace folder.',
      );
    }
    if (names === null) await makeFolder(folder);
    else if (!(await isFilled(join(folder, 'smearscope.db')))) requireOwn(folder, names);
    await requireWritable(join(folder, 'smearscope.db'));
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

/** Throws FailureError `workspace-lost` where images or models lie in a workspace whose database knows of none. */
export function requireNoWork(folder: string): void {
  const within = (name: string): string[] => (existsSync(join(folder, name)) ? readdirSync(join(folder, name)) : []);
  if (
    within('images').some((name) => /^[0-9a-f]{2}$/.test(name)) ||
    within('models').some((name) => existsSync(join(folder, 'models', name, 'card.json')))
  ) {
    throw new FailureError(
      'workspace-lost',
      `The workspace ${folder} has images or models, but its database smearscope.db is missing or empty.`,
      `${RESCUE} Nothing was changed.`,
    );
  }
}

function requireOwn(folder: string, names: readonly string[]): void {
  requireNoWork(folder);
  if (names.every((name) => OWN.test(name) || NOTHING.includes(name))) return;
  throw new FailureError(
    'workspace-foreign',
    `The folder ${folder} holds other things and is no workspace.`,
    `Choose an empty folder, such as ${insideOf(folder)}. Nothing was changed.`,
  );
}

/** The folder that a workspace can have within one that holds other things. */
export function insideOf(folder: string): string {
  return join(folder, 'smearscope');
}

/** Null where there is no such folder. */
async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function isFilled(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );
}

/** Step by step: Node's own way of making a folder with those above it never ends where they are there and nothing can be made in them, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (!isMissing(error) || parent === folder || (await namesIn(parent)) !== null) throw error;
    await makeFolder(parent);
    await mkdir(folder);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
