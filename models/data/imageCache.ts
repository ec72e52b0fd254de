import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { LeftOutFile } from '#shared/compute/protocol';
import { FailureError } from '#shared/domain/failure';
import { fileFailure } from '../files/systemErrors';
import { decodeImage } from './decode';
import { allSettledOrThrow, prepareAhead } from './prepareAhead';
import { decodeLabelled } from './decodeLabelled';
import { pixelsKeyOf, type LabelledImage } from './labelledImages';
import { readImageFile } from './readImageFile';
import { RecordFile, type RecordKey } from './recordFile';

const DECODED_AT_ONCE = 32;

/**
 * Images decoded once and kept on disk at working size, by content: RGB bytes [side, side, 3]. Memory holds only where each of them is,
 * so a set of 100,000 costs some megabytes; a batch is read by position.
 */
export class ImageCache {
  readonly side: number;
  readonly #records: RecordFile;

  private constructor(side: number, records: RecordFile) {
    this.side = side;
    this.#records = records;
  }

  /** Opens the cache of this working size, pixels. Close it. */
  static async open(folder: string, side: number): Promise<ImageCache> {
    return new ImageCache(side, await RecordFile.open(join(folder, `${String(side)}px.images`), side * side * 3));
  }

  /**
   * Decodes the images that are not here yet. Gives those that cannot be read, with the reason; the others are kept. `onDone` counts images, and may throw to stop.
   * FailureError `disk-full`: what was decoded before is kept.
   */
  async fill(
    images: readonly LabelledImage[],
    onDone: (done: number) => void | Promise<void>,
    signal?: AbortSignal,
  ): Promise<LeftOutFile[]> {
    const missing = images.filter((image) => !this.#records.has(keyOf(image)));
    const leftOut: LeftOutFile[] = [];
    let done = images.length - missing.length;
    await onDone(done);
    for await (const batch of prepareAhead(missing, DECODED_AT_ONCE, this.#size, (portion) =>
      allSettledOrThrow(portion.map((image) => decodeLabelled(image, this.side, signal))),
    )) {
      const decoded = batch.flatMap((each) => ('pixels' in each ? [each] : []));
      for (const each of batch) if ('failure' in each) leftOut.push({ path: each.image.path, failure: each.failure });
      const pixels = new Uint8Array(decoded.length * this.#size);
      decoded.forEach((each, index) => {
        pixels.set(each.pixels, index * this.#size);
      });
      await this.#records.append(
        decoded.map(({ image }) => keyOf(image)),
        pixels,
      );
      done += batch.length;
      await onDone(done);
    }
    return leftOut;
  }

  /**
   * A batch, RGB bytes [images, side, side, 3], the caller's. All its reading is under way when this returns. A record damaged on disk is made again from its file;
   * FailureError `not-found` names the file if it is gone.
   */
  async read(images: readonly LabelledImage[]): Promise<Uint8Array> {
    const pixels = new Uint8Array(images.length * this.#size);
    await allSettledOrThrow(
      images.map(async (image, index) => {
        pixels.set((await this.#records.read(keyOf(image))) ?? (await this.#again(image)), index * this.#size);
      }),
    );
    return pixels;
  }

  async close(): Promise<void> {
    await this.#records.close();
  }

  get #size(): number {
    return this.side * this.side * 3;
  }

  async #again(image: LabelledImage): Promise<Uint8Array> {
    const { path, hash, range } = image;
    const pixels = await readImageFile(path, async (bytes) =>
      createHash('sha256').update(bytes).digest('hex') === hash
        ? (await decodeImage(bytes, this.side, { range })).pixels
        : null,
    ).catch((error: unknown) => {
      fileFailure(path, error);
      return null;
    });
    if (!pixels) {
      throw new FailureError(
        'not-found',
        `${path} is needed again, for its copy in the cache was damaged, and it is gone or was changed.`,
        'Put the file back, then resume the run.',
      );
    }
    await this.#records.append([keyOf(image)], pixels);
    return pixels;
  }
}

function keyOf(image: LabelledImage): RecordKey {
  return { hash: pixelsKeyOf(image), view: 0 };
}
