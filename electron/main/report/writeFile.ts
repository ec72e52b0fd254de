import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { FailureError } from '#shared/domain/failure';

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

/** Asks, before long work, whether a file can be written here at its end. FailureError as writeTextFile. */
export async function requireWritable(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) throw notWritable(path);
  const probe = `${path}.${randomUUID()}.part`;
  try {
    await (await open(probe, 'wx')).close();
  } catch (error) {
    throw writeFailure(path, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
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
    throw writeFailure(path, error);
  }
}

const NOT_WRITABLE = new Set<unknown>(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG']);

/** An error of writing to `path` in the user's words, where they can do something about it; anything else as it is. */
function writeFailure(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FailureError(
      'disk-full',
      `The disk is full: ${path} was not written.`,
      'Free some space, or save it somewhere else.',
      { cause: error },
    );
  }
  return NOT_WRITABLE.has(code) ? notWritable(path, error) : error;
}

function notWritable(path: string, cause?: unknown): FailureError {
  return new FailureError(
    'permission-denied',
    `${path} cannot be written.`,
    'Check that the folder is there and may be written to, or save it somewhere else.',
    { cause },
  );
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
