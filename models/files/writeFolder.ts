import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import { codeOf } from './systemErrors';
import { diskFailure } from './systemErrors';

/**
 * Writes a folder of files, by their paths in it, whole or not at all: under a temporary name beside it, flushed, then renamed.
 * FailureError `disk-full`, `permission-denied`, or `invalid-argument` where a folder with something in it is there already.
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const part = await newFolder(folder);
  try {
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(part, name)), { recursive: true });
      const file = await open(join(part, name), 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    await rename(part, folder);
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM'].includes(codeOf(error) ?? '')) {
      throw new FailureError(
        'invalid-argument',
        `${folder} is there already, and not empty.`,
        'Choose another folder, or take that one away first.',
        { cause: error },
      );
    }
    throw diskFailure(folder, error);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** An empty folder beside `folder`, in which it is made. */
async function newFolder(folder: string): Promise<string> {
  try {
    await mkdir(dirname(folder), { recursive: true });
    return await mkdtemp(`${folder}.part-`);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'].includes(codeOf(error) ?? ''))
      throw diskFailure(folder, error);
    throw new FailureError(
      'permission-denied',
      `The folder ${folder} cannot be made.`,
      'Check that the folder above it is one and may be written to, or choose another place.',
      { cause: error },
    );
  }
}
