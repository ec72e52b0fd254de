import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import { writeFailure } from '#shared/domain/writeFailure';
import { flushFolder } from './writeWhole';

/**
 * Writes a folder of files, by their paths in it, whole or not at all, and durably: under a name of its own in `unfinished` (a folder on the same disk), flushed, then renamed.
 * FailureError as writeFailure, or `invalid-argument` where something is there already.
 */
export async function writeFolder(
  folder: string,
  unfinished: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const part = join(unfinished, `smearscope-${randomUUID()}`);
  try {
    await mkdir(part, { recursive: true });
    await mkdir(dirname(folder), { recursive: true });
    const folders = new Set([part]);
    for (const [name, bytes] of files) {
      const path = join(part, name);
      await mkdir(dirname(path), { recursive: true });
      folders.add(dirname(path));
      const file = await open(path, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const each of folders) await flushFolder(each);
    await rename(part, folder).catch(async (error: unknown) => {
      throw (await isThere(folder)) ? taken(folder, error) : error;
    });
    await flushFolder(dirname(folder));
  } catch (error) {
    throw writeFailure(folder, error);
  } finally {
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function taken(folder: string, cause: unknown): FailureError {
  return new FailureError(
    'invalid-argument',
    `${folder} is there already, and not empty.`,
    'Choose another folder, or take that one away first.',
    { cause },
  );
}
