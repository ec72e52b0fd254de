import { stainingSchema, type Stain, type Staining } from '#shared/domain/staining';

/** Quantile of the levels of each channel that is taken for the empty slide, which covers more than a tenth of every smear. */
const EMPTY = 0.9;
/** Pixels with less density than this (the length of the vector, natural logarithms) are taken for empty slide. */
const TRANSPARENT = 0.3;
/** Share of the pixels at each end of the range of stains that may be noise. */
const ROBUST = 0.01;
/** Fewest stained pixels that say anything. */
const FEWEST = 100;

/**
 * The staining of images: the median, number by number, of what each of them says by itself, for their light differs. `images` RGB bytes, each one image; some dozens are enough.
 * Deterministic. Null where no image says anything, or they contradict one another so that no two stains are left.
 */
export function estimateStaining(images: readonly Uint8Array[]): Staining | null {
  const each = images.flatMap((pixels) => stainingOf(pixels) ?? []);
  if (each.length === 0) return null;
  const middle = (vectors: readonly Stain[]): Stain => {
    const at = (channel: 0 | 1 | 2): number =>
      quantile(Float64Array.from(vectors, (vector) => vector[channel]).sort(), 0.5);
    return [at(0), at(1), at(2)];
  };
  const estimate: Staining = {
    white: middle(each.map(({ white }) => white)),
    stains: [unit(middle(each.map(({ stains }) => stains[0]))), unit(middle(each.map(({ stains }) => stains[1])))],
  };
  return stainingSchema.safeParse(estimate).success ? estimate : null;
}

/**
 * The staining of one image, by the method of Macenko et al. 2009 (ISBI, "A method for normalizing histology slides for quantitative analysis"): stained pixels lie in a plane
 * of optical densities, between two directions, which are the stains. The one that absorbs more red (blue and violet: nuclei) comes first. Null where too few pixels are
 * stained, or all alike.
 */
function stainingOf(pixels: Uint8Array): Staining | null {
  const white = emptyLevels(pixels);
  const densities: Stain[] = [];
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const density: Stain = [0, 0, 0];
    for (const channel of [0, 1, 2] as const)
      density[channel] = Math.log((white[channel] + 1) / ((pixels[at + channel] ?? 0) + 1));
    if (Math.hypot(...density) >= TRANSPARENT) densities.push(density);
  }
  if (densities.length < FEWEST) return null;
  const [first, second] = principalAxes(covariance(densities));
  // The first axis points to where the densities are, so that angles are measured from their middle.
  const along = dot(first, [1, 1, 1]) < 0 ? scale(first, -1) : first;
  const angles = Float64Array.from(densities, (each) => Math.atan2(dot(each, second), dot(each, along))).sort();
  const ends = [quantile(angles, ROBUST), quantile(angles, 1 - ROBUST)];
  if ((ends[1] ?? 0) - (ends[0] ?? 0) < 0.1) return null;
  const [a, b] = ends.map((angle) => unit(plus(scale(along, Math.cos(angle)), scale(second, Math.sin(angle)))));
  if (!a || !b) return null;
  return { white, stains: a[0] > b[0] ? [a, b] : [b, a] };
}

/** Levels of red, green and blue where there is no stain. */
function emptyLevels(pixels: Uint8Array): Stain {
  const level = (channel: number): number => {
    const counts = new Uint32Array(256);
    for (let at = channel; at < pixels.length; at += 3) counts[pixels[at] ?? 0] = (counts[pixels[at] ?? 0] ?? 0) + 1;
    const most = EMPTY * Math.floor(pixels.length / 3);
    let seen = 0;
    return Math.max(
      1,
      counts.findIndex((count) => (seen += count) >= most),
    );
  };
  return [level(0), level(1), level(2)];
}

/** Covariance of the columns, as rows of a symmetric matrix. */
function covariance(rows: readonly Stain[]): Stain[] {
  const sums = rows.reduce<Stain>((total, row) => plus(total, row), [0, 0, 0]);
  const mean = scale(sums, 1 / rows.length);
  const matrix: Stain[] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (const row of rows) {
    const away = plus(row, scale(mean, -1));
    for (const [index, line] of matrix.entries()) matrix[index] = plus(line, scale(away, away[index] ?? 0));
  }
  return matrix.map((line) => scale(line, 1 / (rows.length - 1)));
}

/** The eigenvectors of the two greatest eigenvalues of a symmetric matrix: by power iteration, the second at right angles to the first. */
function principalAxes(matrix: readonly Stain[]): [Stain, Stain] {
  const times = (vector: Stain): Stain => {
    const [x = 0, y = 0, z = 0] = matrix.map((line) => dot(line, vector));
    return [x, y, z];
  };
  const iterate = (start: Stain, others: readonly Stain[]): Stain => {
    let axis = unit(start);
    for (let round = 0; round < 1000; round++) {
      const next = others.reduce((vector, other) => plus(vector, scale(other, -dot(vector, other))), times(axis));
      if (Math.hypot(...next) < 1e-12) return axis;
      axis = unit(next);
    }
    return axis;
  };
  const first = iterate([1, 0.9, 0.8], []);
  // Any start that is not the first axis itself will do.
  const start = Math.abs(first[0]) < 0.9 ? ([1, 0, 0] as const) : ([0, 1, 0] as const);
  const rest = plus([...start], scale(first, -dot(start, first)));
  return [first, iterate(rest, [first])];
}

/** Linear between the two nearest, as NumPy's percentile. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

function dot(a: Readonly<Stain>, b: Readonly<Stain>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function plus(a: Stain, b: Stain): Stain {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function scale(a: Stain, factor: number): Stain {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

function unit(a: Stain): Stain {
  return scale(a, 1 / Math.hypot(...a));
}
