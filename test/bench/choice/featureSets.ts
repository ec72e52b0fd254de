import { Graph, type GraphTensor } from '#models/graph/graph';
import { concat } from '#models/graph/operations/shape';
import { FeatureExtractor } from '#models/inference/featureExtractor';
import { addBackbone, addPooled } from '#models/inference/features';
import type { Pretrained } from '#models/pretrained/load';

/** Which pooled values of the backbone a head learns from. */
export interface FeatureSet {
  /** The top activation as well as the blocks. */
  readonly top: boolean;
  /** Standard deviations as well as means. */
  readonly deviation: boolean;
}

/** What the program uses (addFeatures). */
export const PRODUCT: FeatureSet = { top: false, deviation: true };

/** All that there are. */
export const EVERYTHING: FeatureSet = { top: true, deviation: true };

/** The backbone with the features of `set`, in the order block by block, mean before deviation. Close it. */
export function featureExtractor(side: number, pretrained: Pretrained, set: FeatureSet): FeatureExtractor {
  return new FeatureExtractor(side, pretrained, (graph, pixels, size, weights) => {
    const blocks = addBackbone(graph, pixels, size, weights);
    const pooled = blocks.slice(0, set.top ? undefined : -1).flatMap((block) => {
      const { mean, deviation } = addPooled(graph, block);
      return set.deviation ? [mean, deviation] : [mean];
    });
    return concat(graph, 'features', pooled);
  });
}

/** The columns of `set` among those of every feature that there is. */
export function columnsOf(set: FeatureSet, pretrained: Pretrained): number[] {
  const graph = new Graph();
  const side = 32; // Any will do: channels do not hang on it.
  const blocks = addBackbone(graph, graph.placeholder('pixels', 'uint8', [null, side, side, 3]), side, pretrained);
  const columns: number[] = [];
  let at = 0;
  for (const [index, block] of blocks.entries()) {
    const channels = channelsOf(block);
    const wanted = set.top || index < blocks.length - 1;
    for (let column = 0; wanted && column < channels * (set.deviation ? 2 : 1); column++) columns.push(at + column);
    at += 2 * channels;
  }
  return columns;
}

function channelsOf({ name, shape }: GraphTensor): number {
  const channels = shape[3];
  if (typeof channels !== 'number') throw new Error(`${name} has no channels.`);
  return channels;
}
