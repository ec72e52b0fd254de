import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const HASH_BYTES = 32;
const HEAD_BYTES = HASH_BYTES + 4 + 4;

/**
 * Features kept between runs, by image content and view: one append-only file a backbone and input size. A record is the image's SHA-256 (32 bytes), the view (uint32),
 * the first four bytes of the SHA-256 of the features, and the features (float32). A record that a killed process left torn is overwritten by the next. One process writes at a time.
 */
export class FeatureCache {
  readonly #file: FileHandle;
  readonly #width: number;
  readonly #places: Map<string, number>;
  #end: number;

  private constructor(file: FileHandle, width: number, places: Map<string, number>, end: number) {
    this.#file = file;
    this.#width = width;
    this.#places = places;
    this.#end = end;
  }

  /** Opens the cache for features of `width` values made as `recipe` says (whatever changes them must change `recipe`). Close it. */
  static async open(folder: string, recipe: string, width: number): Promise<FeatureCache> {
    const path = join(folder, `${createHash('sha256').update(recipe).digest('hex').slice(0, 16)}.features`);
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+').then(async (made) => {
      await made.close();
      return open(path, 'r+');
    });
    const record = HEAD_BYTES + width * 4;
    const { size } = await file.stat();
    const places = new Map<string, number>();
    const head = Buffer.alloc(HEAD_BYTES);
    const whole = Math.floor(size / record);
    for (let index = 0; index < whole; index++) {
      await file.read(head, 0, HEAD_BYTES, index * record);
      places.set(keyOf(head.toString('hex', 0, HASH_BYTES), head.readUInt32LE(HASH_BYTES)), index * record);
    }
    return new FeatureCache(file, width, places, whole * record);
  }

  has(hash: string, view: number): boolean {
    return this.#places.has(keyOf(hash, view));
  }

  /** Features into `target` (float32 [width]); false if they are not here, or not as they were written. */
  async read(hash: string, view: number, target: Float32Array): Promise<boolean> {
    const place = this.#places.get(keyOf(hash, view));
    if (place === undefined) return false;
    const record = Buffer.alloc(HEAD_BYTES + this.#width * 4);
    await this.#file.read(record, 0, record.length, place);
    const body = record.subarray(HEAD_BYTES);
    if (!checkOf(body).equals(record.subarray(HASH_BYTES + 4, HEAD_BYTES))) {
      this.#places.delete(keyOf(hash, view));
      return false;
    }
    target.set(new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.length)));
    return true;
  }

  /** Appends features [entries, width], in the order of `entries`. */
  async append(
    entries: readonly { readonly hash: string; readonly view: number }[],
    features: Float32Array,
  ): Promise<void> {
    const records = entries.map(({ hash, view }, row) => {
      const body = Buffer.from(features.slice(row * this.#width, (row + 1) * this.#width).buffer);
      const numbers = Buffer.alloc(4);
      numbers.writeUInt32LE(view);
      return Buffer.concat([Buffer.from(hash, 'hex'), numbers, checkOf(body), body]);
    });
    await this.#file.write(Buffer.concat(records), 0, null, this.#end);
    for (const [index, { hash, view }] of entries.entries()) {
      this.#places.set(keyOf(hash, view), this.#end + index * (HEAD_BYTES + this.#width * 4));
    }
    this.#end += records.length * (HEAD_BYTES + this.#width * 4);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function keyOf(hash: string, view: number): string {
  return `${hash} ${String(view)}`;
}

function checkOf(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, 4);
}
