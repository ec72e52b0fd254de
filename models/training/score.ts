import type { ModelCard } from '#shared/domain/model';
import type { Precision } from '#shared/domain/precision';
import { batchesOf, shuffled } from '../data/batches';
import type { LabelledImage } from '../data/labelledImages';
import { Graph } from '../graph/graph';
import { concat } from '../graph/operations/shape';
import { Session } from '../graph/session';
import { BATCH } from '../inference/classifier';
import { fitLimits } from '../inference/familiarity';
import { addScores, type Reference } from '../inference/reference';
import type { AddColumns, ServedGraph } from '../inference/seen';
import type { FitData } from './fitData';
import { fitReference, type SeenImages } from './fitReference';
import type { Progress } from './progress';

/** Training images that a reference is made of at most: its directions and spreads gain little from more. */
export const REFERENCE_IMAGES = 2400;

/** Logits float32 [n, classes] and scores float32 [n, 2], row-major, and the true class of each row. */
export interface Scored {
  readonly logits: Float32Array;
  readonly scores: Float32Array;
  readonly truth: readonly number[];
}

/** A network as it classifies, in this precision and with these columns. */
export type GraphFor = (precision: Precision, addColumns: AddColumns) => ServedGraph | Promise<ServedGraph>;

/** A network and its images, of `side` pixels. */
interface Network {
  readonly graphFor: GraphFor;
  readonly data: Pick<FitData, 'cache' | 'classIds' | 'parts'>;
  readonly side: number;
}

/** The reference of a network, from some of its training images, chosen by the seed. `progress` takes how many are done, and may throw to stop. */
export async function referenceOf(network: Network, seed: number, progress: Progress): Promise<Reference> {
  const images = shuffled(network.data.parts.training, seed, 0).slice(0, REFERENCE_IMAGES);
  let width = 0;
  const features: AddColumns = (graph, { pool, blocks }) => {
    width = pool.shape[1] ?? 0;
    return concat(graph, 'features/all', [pool, blocks()]);
  };
  const { logits, columns, truth } = await run(network, images, await network.graphFor('float32', features), progress);
  const all = columns.length / images.length;
  const part = (from: number, to: number): Float32Array => columns.filter((_, at) => at % all >= from && at % all < to);
  const seen = { logits, truth, pool: part(0, width), blocks: part(width, all) };
  return fitReference(seen, network.data.classIds.length);
}

/** What a network with this reference says of images. */
export async function score(
  network: Network,
  images: readonly LabelledImage[],
  { reference, precision }: { readonly reference: Reference; readonly precision: Precision },
  progress: Progress,
): Promise<Scored> {
  const graph = await network.graphFor(precision, (to, seen) => addScores(to, seen, reference));
  const { logits, columns, truth } = await run(network, images, graph, progress);
  return { logits, scores: columns, truth };
}

/** The same of images that were seen before, without running the network again. */
export function scoreSeen(seen: SeenImages, reference: Reference): Scored {
  const { truth, logits } = seen;
  const graph = new Graph();
  const inputs = (['logits', 'pool', 'blocks'] as const).map((name) => {
    const width = truth.length === 0 ? 0 : seen[name].length / truth.length;
    return {
      tensor: graph.placeholder(name, 'float32', [null, width]),
      shape: [truth.length, width],
      data: seen[name],
    };
  });
  const [ofLogits, ofPool, ofBlocks] = inputs.map(({ tensor }) => tensor);
  if (truth.length === 0 || !ofLogits || !ofPool || !ofBlocks) return { logits, scores: new Float32Array(), truth };
  const scores = addScores(graph, { logits: ofLogits, pool: ofPool, blocks: () => ofBlocks }, reference);
  const session = Session.open(graph);
  try {
    const [result] = session.run(inputs, [scores]);
    if (!(result instanceof Float32Array)) throw new Error('The network gave no scores.');
    return { logits, scores: result, truth };
  } finally {
    session.close();
  }
}

/** What a card keeps of the scores of the validation set; null where that has no images. */
export function familiarityOf(float32: Scored, bfloat16: Scored | null): ModelCard['familiarity'] {
  const images = float32.truth.length;
  if (images === 0) return null;
  return { images, float32: fitLimits(float32.scores), bfloat16: bfloat16 && fitLimits(bfloat16.scores) };
}

async function run(
  { data, side }: Network,
  images: readonly LabelledImage[],
  { graph, pixels, logits, columns }: ServedGraph,
  progress: Progress,
): Promise<{ logits: Float32Array; columns: Float32Array; truth: number[] }> {
  if (!columns) throw new Error('The network is run for its columns.');
  const session = Session.open(graph);
  try {
    const gathered = [logits, columns].map((tensor) => new Float32Array(images.length * (tensor.shape[1] ?? 0)));
    let done = 0;
    for await (const batch of batchesOf(data.cache, images, BATCH)) {
      const count = batch.images.length;
      const results = session.run(
        [{ tensor: pixels, shape: [count, side, side, 3], data: batch.pixels }],
        [logits, columns],
      );
      gathered.forEach((all, index) => {
        const result = results[index];
        if (!(result instanceof Float32Array)) throw new Error('The network gave no numbers.');
        all.set(result, (done * result.length) / count);
      });
      done += count;
      await progress(done);
    }
    const [first = new Float32Array(), second = new Float32Array()] = gathered;
    return { logits: first, columns: second, truth: images.map(({ classId }) => data.classIds.indexOf(classId)) };
  } finally {
    session.close();
  }
}
