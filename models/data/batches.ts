import { prepareAhead } from './prepareAhead';
import type { ImageCache } from './imageCache';
import type { LabelledImage } from './labelledImages';
import { Random, seedOf } from './random';

/** Images of a batch as the graph takes them. */
export interface ImageBatch {
  readonly images: readonly LabelledImage[];
  /** RGB bytes [images, side, side, 3]. */
  readonly pixels: Uint8Array;
}

/** The images in the order of an epoch: a shuffle that hangs on the seed and the epoch alone, so that a resumed run sees what the cut one would have seen. */
export function shuffled(images: readonly LabelledImage[], seed: number, epoch: number): LabelledImage[] {
  const order = new Random(seedOf(seed, epoch)).permutation(images.length);
  return Array.from(order, (index) => images[index]).filter((image) => image !== undefined);
}

/** Steps of an epoch; the last batch may be smaller. */
export function stepsIn(images: number, batch: number): number {
  return Math.ceil(images / batch);
}

/** Batches of `size` images in the order given, read from the cache ahead of whoever takes them. */
export function batchesOf(
  cache: ImageCache,
  images: readonly LabelledImage[],
  size: number,
): AsyncGenerator<ImageBatch> {
  return prepareAhead(images, size, cache.side * cache.side * 3, async (portion) => ({
    images: portion,
    pixels: await cache.read(portion),
  }));
}
