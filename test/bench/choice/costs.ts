import { BATCH } from '#models/inference/classifier';
import type { Pretrained } from '#models/pretrained/load';
import { featureExtractor, type FeatureSet } from './featureSets';

const WARM_UP = 3;
const ROUNDS = 30;

/**
 * Milliseconds an image of the graphs that make these features: batches of 32, the median of 30 rounds. The graphs take turns, so that whatever else the machine does
 * falls on all of them alike.
 */
export function costsOf(
  graphs: readonly { readonly inputSize: number; readonly set: FeatureSet }[],
  pretrained: Pretrained,
): number[] {
  const timed = graphs.map(({ inputSize, set }) => ({
    extractor: featureExtractor(inputSize, pretrained, set),
    pixels: Uint8Array.from({ length: BATCH * inputSize * inputSize * 3 }, (_, index) => (index * 7919) % 256),
    milliseconds: new Array<number>(),
  }));
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const { extractor, pixels, milliseconds } of timed) {
      const start = performance.now();
      extractor.extract(pixels, BATCH);
      if (round >= WARM_UP) milliseconds.push((performance.now() - start) / BATCH);
    }
  }
  return timed.map(({ extractor, milliseconds }) => {
    extractor.close();
    return milliseconds.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  });
}
