import type { LeftOutFile } from '#shared/compute/protocol';
import { FailureError } from '#shared/domain/failure';
import { BATCH } from '../inference/classifier';
import type { FeatureExtractor } from '../inference/featureExtractor';
import { allSettledOrThrow, prepareAhead } from '../data/prepareAhead';
import { decodeLabelled } from '../data/decodeLabelled';
import type { FeatureCache } from './featureCache';
import { pixelsKeyOf, type LabelledImage } from '../data/labelledImages';
import { viewOf } from './views';

/** A view of an image whose features are wanted. */
export interface WantedFeatures {
  readonly image: LabelledImage;
  readonly view: number;
}

export interface ExtractedFeatures {
  /** In the order wanted, without what was left out. */
  readonly rows: readonly WantedFeatures[];
  /** float32 [rows, width], row-major. */
  readonly features: Float32Array;
  readonly leftOut: readonly LeftOutFile[];
}

/** Features of images, from the cache where they are in it, else by the backbone (and then kept). `onDone` counts views, and may throw to stop. */
export async function extractFeatures(
  wanted: readonly WantedFeatures[],
  {
    extractor,
    cache,
    side,
    onDone,
  }: { extractor: FeatureExtractor; cache: FeatureCache; side: number; onDone: (done: number) => void | Promise<void> },
): Promise<ExtractedFeatures> {
  const { width } = extractor;
  const missing = new Map<LabelledImage, number[]>();
  for (const { image, view } of wanted) {
    if (!cache.has(pixelsKeyOf(image), view)) missing.set(image, [...(missing.get(image) ?? []), view]);
  }
  const failures = new Map<LabelledImage, LeftOutFile['failure']>();
  let done = wanted.length - [...missing.values()].reduce((sum, views) => sum + views.length, 0);
  await onDone(done);
  for await (const batch of prepareAhead([...missing.keys()], BATCH, side * side * 3, (portion) =>
    allSettledOrThrow(portion.map((image) => decodeLabelled(image, side))),
  )) {
    for (const each of batch) if ('failure' in each) failures.set(each.image, each.failure);
    const entries = batch.flatMap((each) =>
      'pixels' in each
        ? (missing.get(each.image) ?? []).map((view) => ({
            hash: pixelsKeyOf(each.image),
            seed: each.image.hash,
            view,
            pixels: each.pixels,
          }))
        : [],
    );
    for (let at = 0; at < entries.length; at += BATCH) {
      const run = entries.slice(at, at + BATCH);
      const pixels = new Uint8Array(run.length * side * side * 3);
      run.forEach((each, index) => {
        pixels.set(viewOf(each.pixels, side, each.seed, each.view), index * side * side * 3);
      });
      await cache.append(run, extractor.extract(pixels, run.length));
    }
    done += batch.reduce((sum, { image }) => sum + (missing.get(image)?.length ?? 0), 0);
    await onDone(done);
  }
  const rows = wanted.filter(({ image }) => !failures.has(image));
  const features = new Float32Array(rows.length * width);
  for (const [row, { image, view }] of rows.entries()) {
    if (await cache.read(pixelsKeyOf(image), view, features.subarray(row * width, (row + 1) * width))) continue;
    // The record was damaged on disk: make it again.
    const again = await decodeLabelled(image, side);
    if ('failure' in again) throw FailureError.from(again.failure);
    const values = extractor.extract(viewOf(again.pixels, side, image.hash, view), 1);
    await cache.append([{ hash: pixelsKeyOf(image), view }], values);
    features.set(values, row * width);
  }
  return { rows, features, leftOut: [...failures].map(([{ path }, failure]) => ({ path, failure })) };
}
