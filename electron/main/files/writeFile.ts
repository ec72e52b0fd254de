import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFlushUnsupported, writeFailure } from '#shared/domain/writeFailure';

/**
 * Writes a text file whole or not at all, and durably: under a name of its own in `unfinished` (a folder on the same disk; the file's own if not given), flushed, renamed, and the folder
 * flushed. FailureError as writeFailure leaves what was there.
 */
export async function writeTextFile(path: string, chunks: Iterable<string>): Promise<void> {
  await writeWhole(path, dirname(path), async (file) => {
    for (const chunk of gathered(chunks)) await file.writeFile(chunk);
  });
}

/** Writes a file of bytes as they come, as writeTextFile. */
export async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await writeWhole(path, dirname(path), async (file) => {
    for await (const chunk of chunks) await file.writeFile(chunk);
  });
}

/** Writes a file of bytes, as writeTextFile. */
export async function writeBytes(path: string, bytes: Uint8Array, unfinished = dirname(path)): Promise<void> {
  await writeWhole(path, unfinished, (file) => file.writeFile(bytes));
}

/** Asks, before long work, whether a file can be written here at its end. FailureError as writeFailure. */
export async function requireWritable(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) throw writeFailure(path, Object.assign(new Error('a folder'), { code: 'EISDIR' }));
  const probe = partIn(dirname(path));
  try {
    await (await open(probe, 'wx')).close();
  } catch (error) {
    throw writeFailure(path, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

async function writeWhole(path: string, unfinished: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const part = partIn(unfinished);
  try {
    const file = await open(part, 'wx');
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw writeFailure(path, error);
  }
}

function partIn(folder: string): string {
  return join(folder, `smearscope-${randomUUID()}`);
}

/** Makes what was renamed into a folder durable. Windows cannot open a folder, and needs it not. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isFlushUnsupported(error)) throw error;
  }
}

/** Few large writes instead of many small ones. */
function* gathered(chunks: Iterable<string>): Generator<string> {
  let text = '';
  for (const chunk of chunks) {
    text += chunk;
    if (text.length > 1_000_000) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}
