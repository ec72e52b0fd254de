import { randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { FailureError } from '#shared/ipc/failure';

/** Writes a text file whole or not at all: a temporary name beside it, flush, rename. FailureError `disk-full` or `permission-denied` names the path. */
export async function writeTextFile(path: string, portions: Iterable<string>): Promise<void> {
  await writeWhole(path, async (file) => {
    for (const portion of gathered(portions)) await file.write(portion);
  });
}

/** Writes a file of bytes, as writeTextFile. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, (file) => file.writeFile(bytes));
}

async function writeWhole(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'wx');
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new FailureError(
        'disk-full',
        `The disk is full: ${path} was not written.`,
        'Free some space, or save it somewhere else.',
        { cause: error },
      );
    }
    if (
      code === 'EACCES' ||
      code === 'EPERM' ||
      code === 'EROFS' ||
      code === 'ENOENT' ||
      code === 'EISDIR' ||
      code === 'ENOTDIR'
    ) {
      throw new FailureError(
        'permission-denied',
        `${path} cannot be written.`,
        'Check that the folder is there and may be written to, or save it somewhere else.',
        { cause: error },
      );
    }
    throw error;
  }
}

/** Few large writes instead of many small ones. */
function* gathered(portions: Iterable<string>): Generator<string> {
  let text = '';
  for (const portion of portions) {
    text += portion;
    if (text.length > 1_000_000) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}
