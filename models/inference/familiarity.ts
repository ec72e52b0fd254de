import type { FamiliarityLimits, ModelCard } from '#shared/domain/model';
import type { Precision } from '#shared/domain/precision';
import type { Unlike } from '#shared/domain/unlike';

/** Share of the validation set that may pass for unfamiliar by each score. */
const REFUSED = 0.01;

/** Scores an image: `picture` and `class` (models/inference/reference). */
export const SCORES = 2;

interface Judged {
  readonly unfamiliar: boolean;
  readonly unlike: readonly Unlike[];
}

interface ScoredImages {
  /** RGB bytes [count, side, side, 3], and how many there are. */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** The scores of other images of the same size. */
  readonly scoresAgain: (pixels: Uint8Array, count: number) => Float32Array;
}

export type JudgeFamiliarity = (scores: Float32Array, images: ScoredImages) => Judged[];

/** How a model's scores say whether an image is unfamiliar, and why. */
export function judgeFor({ familiarity, leastFamiliarity }: ModelCard, precision: Precision): JudgeFamiliarity {
  if (!familiarity) {
    const limit = leastFamiliarity === null ? Infinity : -leastFamiliarity;
    return (scores, { count }) =>
      Array.from(scores.subarray(0, count), (score) => ({ unfamiliar: score > limit, unlike: [] }));
  }
  const limits = familiarity[precision] ?? familiarity.float32;
  return (scores, images) => {
    const found = Array.from({ length: images.count }, (_, row) => reasonsOf(scores, row, limits));
    for (const row of swappedRows(found, limits, images)) found[row]?.push('swapped');
    return found.map((unlike) => ({ unfamiliar: unlike.length > 0, unlike }));
  };
}

/** Why the image in this row of `scores` [n, 2] is unfamiliar: nothing where it is not. */
export function reasonsOf(scores: Float32Array, row: number, { picture, class: known }: FamiliarityLimits): Unlike[] {
  const [of = NaN, to = NaN] = scores.subarray(row * SCORES, (row + 1) * SCORES);
  // Written so that what is no number is unfamiliar.
  return [...(of <= picture ? [] : ['picture' as const]), ...(to <= known ? [] : ['class' as const])];
}

/** The limits that one in a hundred of these images is above by each score, scores [n, 2]. */
export function fitLimits(scores: Float32Array): FamiliarityLimits {
  const limitOf = (column: number): number =>
    percentile(
      scores.filter((_, index) => index % SCORES === column),
      1 - REFUSED,
    );
  return { picture: limitOf(0), class: limitOf(1) };
}

/** Rows whose picture is like those of the training once red and blue are swapped. Only strange ones are tried, which costs nothing at home. */
function swappedRows(
  found: readonly (readonly Unlike[])[],
  limits: FamiliarityLimits,
  { pixels, count, scoresAgain }: ScoredImages,
): number[] {
  const strange = found.flatMap((unlike, row) => (unlike.includes('picture') ? [row] : []));
  if (strange.length === 0) return [];
  const size = pixels.length / count;
  const swapped = new Uint8Array(strange.length * size);
  strange.forEach((row, index) => {
    const image = pixels.subarray(row * size, (row + 1) * size);
    for (let at = 0; at < size; at += 3) {
      swapped.set([image[at + 2] ?? 0, image[at + 1] ?? 0, image[at] ?? 0], index * size + at);
    }
  });
  const scores = scoresAgain(swapped, strange.length);
  return strange.filter((_, index) => !reasonsOf(scores, index, limits).includes('picture'));
}

/** Linear between two values, as NumPy's. Infinity without data. */
function percentile(values: Float32Array, share: number): number {
  const sorted = values.toSorted();
  const place = share * (sorted.length - 1);
  const [low = Infinity, high = Infinity] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === high ? low : low + (high - low) * (place - Math.floor(place));
}
