import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RecordFile, type RecordKey } from '../data/recordFile';

/** Features kept between runs, by image content and view: one file a backbone and input size. */
export class FeatureCache {
  readonly #records: RecordFile;

  private constructor(records: RecordFile) {
    this.#records = records;
  }

  /** Opens the cache for features of `width` values made as `recipe` says (whatever changes them must change `recipe`). Close it. */
  static async open(folder: string, recipe: string, width: number): Promise<FeatureCache> {
    const name = `${createHash('sha256').update(recipe).digest('hex').slice(0, 16)}.features`;
    return new FeatureCache(await RecordFile.open(join(folder, name), width * Float32Array.BYTES_PER_ELEMENT));
  }

  has(hash: string, view: number): boolean {
    return this.#records.has({ hash, view });
  }

  /** Features into `target` (float32 [width]); false if they are not here, or not as they were written. */
  async read(hash: string, view: number, target: Float32Array): Promise<boolean> {
    const body = await this.#records.read({ hash, view });
    if (!body) return false;
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(body);
    return true;
  }

  /** Appends features [entries, width], in the order of `entries`. FailureError `disk-full`. */
  async append(entries: readonly RecordKey[], features: Float32Array): Promise<void> {
    await this.#records.append(entries, new Uint8Array(features.buffer, features.byteOffset, features.byteLength));
  }

  async close(): Promise<void> {
    await this.#records.close();
  }
}
