/** Turned and mirrored: the eight ways in which a square can lie. The first is as it is. */
export const ORIENTATIONS = 8;

/** 32-bit words of the short hash (64 bits) and of the long one (256 bits). */
export const SHORT_WORDS = 2;
export const LONG_WORDS = 8;
const WORDS = SHORT_WORDS + LONG_WORDS;

export const FINGERPRINT_WORDS = ORIENTATIONS * WORDS;

/** Grey levels between the darkest and the brightest patch under which a picture is too plain to be told from another. */
const LEAST_CONTRAST = 16;

/**
 * The difference hashes of a picture in its eight orientations (whether each patch is darker than the one to its right; N. Krawetz, "Kind of Like That", 2013):
 * for each orientation 64 bits of 9 x 8 patches, then 256 bits of 17 x 16. `pixels` is RGB bytes [side, side, 3].
 * Null where the picture is too plain, such as an empty field: its bits would be noise.
 */
export function fingerprintOf(pixels: Uint8Array, side: number): Uint32Array | null {
  const grey = greyOf(pixels);
  const across = transposed(grey, side);
  const short = [patchMeans(grey, side, 8), patchMeans(across, side, 8)];
  const long = [patchMeans(grey, side, 16), patchMeans(across, side, 16)];
  const patches = long[0] ?? new Float32Array(1);
  if (patches.reduce(max) - patches.reduce(min) < LEAST_CONTRAST) return null;
  const words = new Uint32Array(FINGERPRINT_WORDS);
  for (let orientation = 0; orientation < ORIENTATIONS; orientation++) {
    const start = orientation * WORDS;
    const lying = orientation >> 2;
    const flips = { left: (orientation & 1) === 1, up: (orientation & 2) === 2 };
    writeBits(short[lying] ?? patches, 8, flips, words.subarray(start, start + SHORT_WORDS));
    writeBits(long[lying] ?? patches, 16, flips, words.subarray(start + SHORT_WORDS, start + WORDS));
  }
  return words;
}

/** Where the hashes of an orientation begin in a fingerprint. */
export function shortHashAt(orientation: number): number {
  return orientation * WORDS;
}

export function longHashAt(orientation: number): number {
  return orientation * WORDS + SHORT_WORDS;
}

/** Number of bits by which two hashes of `words` words differ. */
export function distance(a: Uint32Array, atA: number, b: Uint32Array, atB: number, words: number): number {
  let bits = 0;
  for (let word = 0; word < words; word++) bits += bitsIn((a[atA + word] ?? 0) ^ (b[atB + word] ?? 0));
  return bits;
}

/** Set bits of a 32-bit word (H. S. Warren, Hacker's Delight, 5-1). */
export function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Luma (ITU-R BT.601). */
function greyOf(pixels: Uint8Array): Float32Array {
  const grey = new Float32Array(pixels.length / 3);
  for (let at = 0; at < grey.length; at++)
    grey[at] = 0.299 * (pixels[3 * at] ?? 0) + 0.587 * (pixels[3 * at + 1] ?? 0) + 0.114 * (pixels[3 * at + 2] ?? 0);
  return grey;
}

function transposed(grey: Float32Array, side: number): Float32Array {
  return grey.map((_, at) => grey[(at % side) * side + Math.floor(at / side)] ?? 0);
}

/** Means of (rows + 1) x rows patches that cover the picture, pixels on a border in shares: [rows, rows + 1]. */
function patchMeans(grey: Float32Array, side: number, rows: number): Float32Array {
  const columns = rows + 1;
  const narrow = new Float32Array(side * columns);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < columns; column++)
      narrow[row * columns + column] = meanAlong(grey, row * side, 1, (column * side) / columns, side / columns);
  }
  const means = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      means[row * columns + column] = meanAlong(narrow, column, columns, (row * side) / rows, side / rows);
  }
  return means;
}

/** Mean of the values `length` long from `from` on, in steps of `stride` after `start`. */
function meanAlong(values: Float32Array, start: number, stride: number, from: number, length: number): number {
  const end = from + length;
  let sum = 0;
  for (let index = Math.floor(from); index < end; index++)
    sum += (values[start + index * stride] ?? 0) * (Math.min(index + 1, end) - Math.max(index, from));
  return sum / length;
}

function writeBits(means: Float32Array, rows: number, flips: { left: boolean; up: boolean }, words: Uint32Array): void {
  const columns = rows + 1;
  const at = (row: number, column: number): number =>
    means[(flips.up ? rows - 1 - row : row) * columns + (flips.left ? columns - 1 - column : column)] ?? 0;
  for (let bit = 0; bit < rows * rows; bit++) {
    const [row, column] = [Math.floor(bit / rows), bit % rows];
    if (at(row, column) < at(row, column + 1)) words[bit >> 5] = (words[bit >> 5] ?? 0) | (1 << (bit & 31));
  }
}

function max(a: number, b: number): number {
  return Math.max(a, b);
}

function min(a: number, b: number): number {
  return Math.min(a, b);
}
