import { constants, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { diskPath } from '../files/diskPath';
import { openPatiently } from '../files/openPatiently';
import { PROCESS_MEMORY, type ImageMemory } from './budget';
import { answered, type Waiting } from './answered';
import { unreadable } from './unreadable';

/** The largest file that is read, bytes. */
const LARGEST_FILE = 2 ** 30;

/** Bytes asked for at once: a small file takes one step, and of a large one a slow drive shows that it goes on. */
const CHUNK = 8 * 2 ** 20;

export interface ReadOptions extends Waiting {
  readonly memory?: ImageMemory;
}

/**
 * Reads a regular file whole and gives its bytes to `use`, within the budget of memory; they count until it ends. Nothing but a regular file is opened, since a pipe or a device may never end.
 * FailureError `unreadable-image` says what the file is instead, that it is too large, or that its drive does not answer; `unavailable` where a drive keeps several reads waiting; `cancelled`. Throws the system's errors.
 */
export async function readImageFile<T>(
  path: string,
  use: (bytes: Buffer) => Promise<T>,
  { memory = PROCESS_MEMORY, ...waiting }: ReadOptions = {},
): Promise<T> {
  const found = await answered(path, (step) => step(stat(diskPath(path))), waiting);
  requireRegular(found);
  const read = (): Promise<Buffer> => answered(path, (step) => readWhole(path, found.size, step), waiting);
  return memory.files.use(found.size, async () => use(await read()), waiting.signal);
}

/** The first bytes of a regular file. Errors as readImageFile. */
export async function readHead(path: string, length: number, waiting: Waiting = {}): Promise<Buffer> {
  const found = await answered(path, (step) => step(stat(diskPath(path))), waiting);
  requireRegular(found);
  return answered(path, (step) => readWhole(path, Math.min(length, found.size), step), waiting);
}

async function readWhole(path: string, size: number, step: <S>(work: Promise<S>) => Promise<S>): Promise<Buffer> {
  // What became a pipe meanwhile must not keep the program waiting to open it; Windows has no such flag, and no such files.
  const file = await step(openPatiently(diskPath(path), constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    requireRegular(await step(file.stat()));
    const bytes = Buffer.allocUnsafeSlow(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await step(file.read(bytes, at, Math.min(CHUNK, size - at), at));
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } finally {
    await file.close();
  }
}

function requireRegular(found: Stats): void {
  if (found.isFile()) {
    if (found.size <= LARGEST_FILE) return;
    const megabytes = (found.size / 2 ** 20).toFixed(0);
    throw unreadable(
      `The file has ${megabytes} MB, which is too large: up to ${String(LARGEST_FILE / 2 ** 20)} MB are read.`,
      'Cut the cells out of it, an image each.',
    );
  }
  throw unreadable(
    `This is ${kindOf(found)}, not a file.`,
    'Nothing to do, unless an image of this name was expected: then put it here.',
  );
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}
