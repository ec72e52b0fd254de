import { tf } from '../backend/tensorflow';
import { Random } from '../data/random';
import { referenceAsStored, type Reference } from '../inference/reference';

/** What a network makes of the training images, row-major: features of its blocks [n, features], pool [n, width], logits [n, classes], and the true class of each. */
export interface SeenImages {
  readonly blocks: Float32Array;
  readonly pool: Float32Array;
  readonly logits: Float32Array;
  readonly truth: readonly number[];
}

/** Directions that are kept of the blocks and of the pool, where there are images enough. */
const BLOCK_DIRECTIONS = 256;
const POOL_DIRECTIONS = 64;

/** After which the subspace is near enough to that of the largest variances. */
const PASSES = 6;

/** The reference of a model from some thousand of its training images, with the values that it is stored with. Deterministic on one machine. */
export function fitReference(seen: SeenImages, classes: number): Reference {
  return referenceAsStored({ ...fitBlocks(seen, classes), ...fitPool(seen, classes) });
}

/** `count` of the first `among` images, evenly spread over them. */
export function someImages(seen: SeenImages, among: number, count: number): SeenImages {
  const chosen = Array.from({ length: count }, (_, index) => Math.floor((index * among) / count));
  const rowsOf = (all: Float32Array): Float32Array => {
    const width = all.length / seen.truth.length;
    const rows = new Float32Array(count * width);
    chosen.forEach((from, to) => {
      rows.set(all.subarray(from * width, (from + 1) * width), to * width);
    });
    return rows;
  };
  const truth = chosen.map((row) => seen.truth[row] ?? 0);
  return { blocks: rowsOf(seen.blocks), pool: rowsOf(seen.pool), logits: rowsOf(seen.logits), truth };
}

/** Standardised features, the directions of their largest variance, and there one covariance for all classes, which becomes the unit of length. */
function fitBlocks(
  { blocks, truth }: SeenImages,
  classes: number,
): Pick<Reference, 'projection' | 'offset' | 'centres'> {
  const n = truth.length;
  const features = blocks.length / n;
  const { mean, deviation } = momentsOf(blocks, n);
  const standardised = blocks.map(
    (value, at) => (value - (mean[at % features] ?? 0)) / (deviation[at % features] ?? 1),
  );
  const k = directionsFor(BLOCK_DIRECTIONS, n, features);
  const directions = principal(standardised, n, k);
  const places = product(standardised, [n, features], directions, [features, k]);
  const centres = centresOf(places, truth, classes);
  const within = places.map((value, at) => value - (centres[(truth[Math.floor(at / k)] ?? 0) * k + (at % k)] ?? 0));
  const whitening = inverseCholesky(covarianceOf(within, n, k), k);
  // x -> ((x - mean) / deviation) directions whitening, as one projection and an offset.
  const whitened = product(directions, [features, k], whitening, [k, k]);
  const projection = whitened.map((value, at) => value / (deviation[Math.floor(at / k)] ?? 1));
  return {
    projection: { shape: [features, k], data: projection },
    offset: { shape: [k], data: product(mean, [1, features], projection, [features, k]) },
    centres: { shape: [classes, k], data: product(centres, [classes, k], whitening, [k, k]) },
  };
}

function fitPool(
  { pool, logits, truth }: SeenImages,
  classes: number,
): Pick<Reference, 'poolMean' | 'poolDirections' | 'poolScale'> {
  const n = truth.length;
  const width = pool.length / n;
  const { mean } = momentsOf(pool, n);
  const centred = pool.map((value, at) => value - (mean[at % width] ?? 0));
  const k = directionsFor(POOL_DIRECTIONS, n, width);
  const directions = principal(centred, n, k);
  const within = product(centred, [n, width], directions, [width, k]);
  let [residuals, greatest] = [0, 0];
  for (let row = 0; row < n; row++) {
    const rest = squaredSum(centred, row, width) - squaredSum(within, row, k);
    residuals += Math.sqrt(Math.max(0, rest));
    greatest += Math.max(...logits.subarray(row * classes, (row + 1) * classes));
  }
  return {
    poolMean: { shape: [width], data: mean },
    poolDirections: { shape: [width, k], data: directions },
    poolScale: { shape: [1], data: Float32Array.of(residuals > 0 ? Math.max(0, greatest / residuals) : 0) },
  };
}

/** Half of the images or features is the most directions that they can tell anything of. */
function directionsFor(wanted: number, images: number, features: number): number {
  return Math.max(1, Math.min(wanted, Math.floor(images / 2), Math.floor(features / 2)));
}

/** An orthonormal basis [features, k] of the directions in which rows [n, features] vary most, by subspace iteration from random directions (Halko et al. 2011). */
function principal(rows: Float32Array, n: number, k: number): Float32Array {
  const features = rows.length / n;
  const random = new Random(0);
  const start = Float32Array.from({ length: features * k }, () => random.next() - 0.5);
  let basis = orthonormal(start, features, k);
  for (let pass = 0; pass < PASSES; pass++) {
    const places = product(rows, [n, features], basis, [features, k]);
    basis = orthonormal(product(rows, [n, features], places, [n, k], true), features, k);
  }
  return basis;
}

/** Columns [rows, columns] made orthonormal, twice, since float32 leaves a rest the first time. */
function orthonormal(columns: Float32Array, rows: number, count: number): Float32Array {
  return [1, 2].reduce((basis) => {
    const square = product(basis, [rows, count], basis, [rows, count], true);
    return product(basis, [rows, count], inverseCholesky(Float64Array.from(square), count), [count, count]);
  }, columns);
}

/** The covariance [k, k] of rows about 0, shrunk towards the same variance in every direction as if k more rows of that variance had been seen. */
function covarianceOf(rows: Float32Array, n: number, k: number): Float64Array {
  const covariance = Float64Array.from(product(rows, [n, k], rows, [n, k], true), (value) => value / (n + k));
  let variance = 0;
  for (let at = 0; at < k; at++) variance += ((covariance[at * k + at] ?? 0) * (n + k)) / n / k;
  for (let at = 0; at < k; at++) covariance[at * k + at] = (covariance[at * k + at] ?? 0) + (variance * k) / (n + k);
  return covariance;
}

/** The upper triangle W [k, k] with W^T S W = 1, of a symmetric positive S: the inverse of the transposed Cholesky factor. A direction that S does not hold gets no weight. */
function inverseCholesky(matrix: Float64Array, k: number): Float32Array {
  const factor = new Float64Array(k * k);
  const trace = matrix.reduce((sum, value, at) => (at % (k + 1) === 0 ? sum + value : sum), 0);
  for (let row = 0; row < k; row++) {
    for (let column = 0; column <= row; column++) {
      let value = matrix[row * k + column] ?? 0;
      for (let at = 0; at < column; at++) value -= (factor[row * k + at] ?? 0) * (factor[column * k + at] ?? 0);
      if (row > column) factor[row * k + column] = value / (factor[column * k + column] ?? 1);
      else factor[row * k + row] = value > (1e-9 * trace) / k ? Math.sqrt(value) : Infinity;
    }
  }
  const inverse = new Float64Array(k * k);
  for (let column = 0; column < k; column++) {
    for (let row = column; row < k; row++) {
      let value = row === column ? 1 : 0;
      for (let at = column; at < row; at++) value -= (factor[row * k + at] ?? 0) * (inverse[column * k + at] ?? 0);
      inverse[column * k + row] = value / (factor[row * k + row] ?? 1);
    }
  }
  // `inverse` holds the columns of L^-1 as rows, so it is (L^-1)^T already.
  return Float32Array.from(inverse);
}

function centresOf(places: Float32Array, truth: readonly number[], classes: number): Float32Array {
  const k = places.length / truth.length;
  const centres = new Float32Array(classes * k);
  const counts = truth.reduce(
    (sums, each) => sums.with(each, (sums[each] ?? 0) + 1),
    new Array<number>(classes).fill(0),
  );
  places.forEach((value, at) => {
    const label = truth[Math.floor(at / k)] ?? 0;
    centres[label * k + (at % k)] = (centres[label * k + (at % k)] ?? 0) + value / (counts[label] ?? 1);
  });
  return centres;
}

function momentsOf(rows: Float32Array, n: number): { readonly mean: Float32Array; readonly deviation: Float32Array } {
  const width = rows.length / n;
  const [sum, squares] = [new Float64Array(width), new Float64Array(width)];
  for (let at = 0; at < rows.length; at++) sum[at % width] = (sum[at % width] ?? 0) + (rows[at] ?? 0) / n;
  for (let at = 0; at < rows.length; at++) {
    squares[at % width] = (squares[at % width] ?? 0) + ((rows[at] ?? 0) - (sum[at % width] ?? 0)) ** 2 / n;
  }
  return { mean: Float32Array.from(sum), deviation: Float32Array.from(squares, (each) => Math.sqrt(each + 1e-6)) };
}

function squaredSum(rows: Float32Array, row: number, width: number): number {
  return rows.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0);
}

type Sides = readonly [number, number];

/** The matrix product, of the first transposed if `transposed`. */
function product(
  left: Float32Array,
  leftSides: Sides,
  right: Float32Array,
  rightSides: Sides,
  transposed = false,
): Float32Array {
  return tf.tidy(() =>
    tf.matMul(tf.tensor2d(left, [...leftSides]), tf.tensor2d(right, [...rightSides]), transposed).dataSync<'float32'>(),
  );
}
