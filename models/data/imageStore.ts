import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import { codeOf } from '../files/systemErrors';

/** Name of an image in the store, `ab/<sha256>.<extension>`. */
export function storedName(hash: string, extension: string): string {
  return `${hash.slice(0, 2)}/${hash}.${extension}`;
}

/**
 * Puts an image's bytes into the content-addressed store, durably: temporary name, flush, rename. One that is there whole already is left alone.
 * FailureError `disk-full` or `read-only` says that the store, not the image, is at fault.
 */
export async function storeImage(store: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(store, name);
  try {
    if ((await stat(path)).size === bytes.length) return;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw storeFailure(store, error);
  }
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await openIn(dirname(path), part);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw storeFailure(store, error);
  }
}

/** Opens a new file, making its folder if it is not there yet: it is, for all but 256 images. */
async function openIn(folder: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    return open(path, 'wx');
  }
}

function storeFailure(store: string, error: unknown): FailureError {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FailureError(
      'disk-full',
      `The disk that holds ${store} is full.`,
      'Free some space, then resume: what is classified is kept.',
      { cause: error },
    );
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new FailureError(
    'read-only',
    `The workspace cannot be written to (${detail}).`,
    'Check the rights on the folder, or choose another workspace in Settings.',
    { cause: error },
  );
}
