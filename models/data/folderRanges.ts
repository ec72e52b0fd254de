import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathText } from '#shared/domain/filePath';
import { FORMAT_BYTES, imageFormat } from '#shared/domain/imageFormat';
import { FailureError } from '#shared/domain/failure';
import type { ValueRange } from '#shared/domain/valueRange';
import { diskPath } from '../files/diskPath';
import { codeOf } from '../files/systemErrors';
import { rangeInDoubt } from './decode';
import { readHead, readImageFile, type ReadOptions } from './readImageFile';

/** By how the values are stored. */
type Ranges = ReadonlyMap<string, ValueRange>;

/**
 * The ranges of values of deep images that state none. All such images of one folder get one: the smallest usual range that holds the largest value of any of them,
 * so that it hangs neither on one image nor on the order in which they are read. Images that store their values otherwise (16 bits, fractions) have another.
 */
export class FolderRanges {
  readonly #given: ReadonlyMap<string, readonly ValueRange[]>;
  readonly #found = new Map<string, Promise<readonly ValueRange[]>>();

  /** `given`: ranges found before, by folder. They stay as they are, whatever the folder holds now. */
  constructor(given: Iterable<readonly [folder: string, ranges: readonly ValueRange[]]> = []) {
    this.#given = new Map(given);
  }

  /** The ranges of the file's folder that are known already. */
  async known(path: string): Promise<Ranges> {
    const folder = dirname(path);
    const all = [...((await this.#found.get(folder)) ?? []), ...(this.#given.get(folder) ?? [])];
    return new Map(all.map((range) => [range.values, range]));
  }

  /** Reads the file's folder for its ranges, once. FailureError `cancelled`, `unavailable`. */
  async find(path: string, options: ReadOptions): Promise<Ranges> {
    const folder = dirname(path);
    const asked = this.#found.get(folder) ?? rangesOf(folder, options);
    this.#found.set(folder, asked);
    await asked;
    return this.known(path);
  }
}

async function rangesOf(folder: string, options: ReadOptions): Promise<readonly ValueRange[]> {
  const ranges = new Map<string, ValueRange>();
  for (const bytes of await readdir(diskPath(folder), { encoding: 'buffer' })) {
    const name = pathText(bytes);
    if (name.startsWith('.')) continue;
    const found = await rangeOfFile(join(folder, name), options);
    if (found && found.high > (ranges.get(found.values)?.high ?? 0)) ranges.set(found.values, found);
  }
  return [...ranges.values()];
}

/** Null for what needs no range, and for what cannot be read: that is said where the file is read for itself. */
async function rangeOfFile(path: string, options: ReadOptions): Promise<ValueRange | null> {
  try {
    const format = imageFormat(await readHead(path, FORMAT_BYTES, options));
    if (format?.name !== 'TIFF' && format?.name !== 'PNG') return null;
    return await readImageFile(path, (bytes) => rangeInDoubt(bytes, options.memory), options);
  } catch (error) {
    const itsOwn = error instanceof FailureError ? error.failure.code === 'unreadable-image' : codeOf(error) !== null;
    if (itsOwn) return null;
    throw error;
  }
}
