import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFailure } from '#shared/domain/writeFailure';

const HASH_BYTES = 32;
const CHECK_BYTES = 4;
const HEAD_BYTES = HASH_BYTES + 4 + CHECK_BYTES;

/** Heads read at once while a file is opened. */
const HEADS_AT_ONCE = 256;

/** What a record is found by: the SHA-256 of an image, hexadecimal, and a number that says which of its records. */
export interface RecordKey {
  readonly hash: string;
  readonly view: number;
}

/**
 * Records of one size kept on disk by image: an append-only file of which only the places are in memory. A record is the image's SHA-256 (32 bytes), a number (uint32),
 * the first four bytes of the SHA-256 of the body, and the body. A record that a killed process left torn is overwritten by the next. One process writes at a time.
 */
export class RecordFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #bodyBytes: number;
  readonly #places: Map<string, number>;
  #end: number;
  /** Appending takes turns: each begins where the one before ended. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle, bodyBytes: number, places: Map<string, number>, end: number) {
    this.#path = path;
    this.#file = file;
    this.#bodyBytes = bodyBytes;
    this.#places = places;
    this.#end = end;
  }

  /** Opens or makes the file. Close it. */
  static async open(path: string, bodyBytes: number): Promise<RecordFile> {
    await mkdir(dirname(path), { recursive: true });
    await (await open(path, 'a')).close();
    const file = await open(path, 'r+');
    const record = HEAD_BYTES + bodyBytes;
    const whole = Math.floor((await file.stat()).size / record);
    const places = new Map<string, number>();
    const heads = Buffer.alloc(HEADS_AT_ONCE * HEAD_BYTES);
    for (let first = 0; first < whole; first += HEADS_AT_ONCE) {
      const count = Math.min(HEADS_AT_ONCE, whole - first);
      await Promise.all(
        Array.from({ length: count }, (_, index) =>
          file.read(heads, index * HEAD_BYTES, HEAD_BYTES, (first + index) * record),
        ),
      );
      for (let index = 0; index < count; index++) {
        const head = heads.subarray(index * HEAD_BYTES, (index + 1) * HEAD_BYTES);
        const key = { hash: head.toString('hex', 0, HASH_BYTES), view: head.readUInt32LE(HASH_BYTES) };
        places.set(textOf(key), (first + index) * record);
      }
    }
    return new RecordFile(path, file, bodyBytes, places, whole * record);
  }

  has(key: RecordKey): boolean {
    return this.#places.has(textOf(key));
  }

  /** The body of a record; null if it is not here, or not as it was written. The reading is under way when this returns. */
  async read(key: RecordKey): Promise<Buffer | null> {
    const place = this.#places.get(textOf(key));
    if (place === undefined) return null;
    const record = Buffer.allocUnsafe(HEAD_BYTES + this.#bodyBytes);
    const { bytesRead } = await this.#file.read(record, 0, record.length, place);
    const body = record.subarray(HEAD_BYTES);
    if (bytesRead === record.length && checkOf(body).equals(record.subarray(HASH_BYTES + 4, HEAD_BYTES))) return body;
    this.#places.delete(textOf(key));
    return null;
  }

  /** Appends bodies [entries, bodyBytes], in the order of `entries`. FailureError as writeFailure leaves what was there. */
  append(entries: readonly RecordKey[], bodies: Uint8Array): Promise<void> {
    const turn = this.#last.then(() => this.#append(entries, bodies));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #append(entries: readonly RecordKey[], bodies: Uint8Array): Promise<void> {
    if (entries.length === 0) return;
    const record = HEAD_BYTES + this.#bodyBytes;
    const records = Buffer.allocUnsafe(entries.length * record);
    entries.forEach(({ hash, view }, index) => {
      const body = bodies.subarray(index * this.#bodyBytes, (index + 1) * this.#bodyBytes);
      const at = index * record;
      records.write(hash, at, 'hex');
      records.writeUInt32LE(view, at + HASH_BYTES);
      records.set(checkOf(body), at + HASH_BYTES + 4);
      records.set(body, at + HEAD_BYTES);
    });
    try {
      const { bytesWritten } = await this.#file.write(records, 0, records.length, this.#end);
      // A disk that fills in the middle of a write takes a part of it and says nothing.
      if (bytesWritten < records.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    } catch (error) {
      throw writeFailure(this.#path, error);
    }
    for (const [index, key] of entries.entries()) this.#places.set(textOf(key), this.#end + index * record);
    this.#end += records.length;
  }
}

function textOf({ hash, view }: RecordKey): string {
  return `${hash} ${String(view)}`;
}

function checkOf(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, CHECK_BYTES);
}
