import { usesGpu } from '../backend/tensorflow';
import type { Graph, GraphTensor } from '../graph/graph';
import { joinBatches, splitBatch } from '../graph/operations/portions';

/** How many times a network stands in a graph side by side, each for its part of the batch. */
export type Branches = 1 | 2;

/** What pays here: a graphics card has no threads that an operation would wait for. */
export const BRANCHES: Branches = usesGpu ? 1 : 2;

/**
 * Adds a network once, or twice for half of the batch each: TensorFlow runs both at once, so that one computes while an operation of the other waits for its threads (a tenth of the time on two cores,
 * docs/benchmarks.md). `network` gives [n, width] of images [n, ...], and so does this of `images`, whose number must be a multiple of `branches`: see `filledUp`.
 */
export function inBranches(
  graph: Graph,
  images: GraphTensor,
  branches: Branches,
  network: (part: GraphTensor) => GraphTensor,
): GraphTensor {
  if (branches === 1) return network(images);
  const parts = splitBatch(graph, 'branches/parts', images, branches);
  const outputs = parts.map((part, index) => graph.within(`branch${String(index)}`, () => network(part)));
  return joinBatches(graph, 'branches/joined', outputs);
}

/** A batch of `count` images that branches can share, in bytes of equal length each: itself, or a copy with blank images behind. */
export function filledUp(
  pixels: Uint8Array,
  count: number,
  branches: Branches,
): { readonly pixels: Uint8Array; readonly count: number } {
  const whole = Math.ceil(count / branches) * branches;
  if (whole === count) return { pixels, count };
  const filled = new Uint8Array((pixels.length / count) * whole);
  filled.set(pixels);
  return { pixels: filled, count: whole };
}
