import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFlushUnsupported, writeFailure } from '#shared/domain/writeFailure';
import { openPatiently } from './openPatiently';
import { codeOf } from './systemErrors';

/**
 * Writes a file whole or not at all, and durably: under a name of its own in `unfinished` (a folder on the same disk), flushed, renamed, and the folder flushed.
 * Folders that are missing are made. FailureError as writeFailure leaves what was there.
 */
export async function writeWhole(
  path: string,
  unfinished: string,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const part = join(unfinished, `smearscope-${randomUUID()}`);
  try {
    const file = await inFolder(unfinished, () => openPatiently(part, 'wx'));
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await inFolder(dirname(path), () => rename(part, path));
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw writeFailure(path, error);
  }
}

/** Makes what was renamed into a folder durable. Windows cannot open a folder, and needs it not. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await openPatiently(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isFlushUnsupported(error)) throw error;
  }
}

/** Makes the folder only where it turns out to be missing: it is there for all but the first of many files. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    return work();
  }
}
