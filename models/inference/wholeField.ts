/** A field shows more than one cell and its neighbours: this many pixels at least. */
const LEAST_PIXELS = 500 * 400;

/** Stained pieces at least, so that a blank or plain picture is none. */
const LEAST_PIECES = 4;

/** Smallest piece, as a share of the image: a platelet of a field that is ten red cells wide. */
const SMALLEST = 1 / 1000;

/** Of the light that passes beside the cells, a red cell lets 80 to 90 % of the red through and a nucleus a third: an optical density of 0.5 lies between them. */
const NUCLEUS = Math.exp(-0.5);

/** Share of the middle ninth of an image that a nucleus covers at least where a cell stands in the middle. */
const IN_THE_MIDDLE = 0.1;

/**
 * Whether an image that is unlike the pictures of single cells looks like a whole field: large, of many stained pieces, no nucleus in its middle. `pixels` are RGB bytes [side, side, 3] of its middle
 * square; `width` and `height` are those of the file. A field with a white cell in its middle passes for a crop, and is unidentified for being unlike one.
 */
export function looksLikeField(
  pixels: Uint8Array,
  side: number,
  { width, height }: { readonly width: number; readonly height: number },
): boolean {
  if (width * height < LEAST_PIXELS) return false;
  return middleNucleus(pixels, side) < IN_THE_MIDDLE && stainedPieces(pixels, side) >= LEAST_PIECES;
}

/** Share of the middle ninth of an image that is a nucleus. */
function middleNucleus(pixels: Uint8Array, side: number): number {
  const reds = new Float64Array(256);
  for (let at = 0; at < pixels.length; at += 3) reds[pixels[at] ?? 0] = (reds[pixels[at] ?? 0] ?? 0) + 1;
  const dark = NUCLEUS * quantile(reds, 0.9);
  const [from, to] = [Math.floor(side / 3), Math.ceil((2 * side) / 3)];
  let nuclear = 0;
  for (let row = from; row < to; row++) {
    for (let column = from; column < to; column++) if ((pixels[(row * side + column) * 3] ?? 0) < dark) nuclear++;
  }
  return nuclear / (to - from) ** 2;
}

/** How many stained pieces that do not touch an image [side, side, 3] shows. */
function stainedPieces(pixels: Uint8Array, side: number): number {
  const stained = eroded(stainedPixels(pixels), side);
  const seen = new Uint8Array(stained.length);
  let pieces = 0;
  for (let start = 0; start < stained.length; start++) {
    if (stained[start] === 1 && seen[start] === 0 && sizeOf(start) >= SMALLEST * stained.length) pieces++;
  }
  return pieces;

  /** Pixels of the piece that holds this one, which are seen then. */
  function sizeOf(start: number): number {
    const waiting = [start];
    seen[start] = 1;
    let size = 0;
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      size++;
      const column = at % side;
      const beside = [column > 0 ? at - 1 : at, column < side - 1 ? at + 1 : at, at - side, at + side];
      for (const next of beside) {
        if (stained[next] !== 1 || seen[next] === 1) continue;
        seen[next] = 1;
        waiting.push(next);
      }
    }
    return size;
  }
}

/** 1 where green, which every blood stain takes away, is darker than half way between the two levels that part the image best (Otsu 1979). */
function stainedPixels(pixels: Uint8Array): Uint8Array {
  const counts = new Float64Array(256);
  for (let at = 1; at < pixels.length; at += 3) counts[pixels[at] ?? 0] = (counts[pixels[at] ?? 0] ?? 0) + 1;
  // Dark nuclei would lift the limit above pale red cells: what is darker than the median by half counts as that dark.
  const median = quantile(counts, 0.5);
  const floor = Math.round(median / 2);
  for (let level = 0; level < floor; level++) {
    counts[floor] = (counts[floor] ?? 0) + (counts[level] ?? 0);
    counts[level] = 0;
  }
  const limit = otsu(counts);
  return Uint8Array.from({ length: pixels.length / 3 }, (_, at) => ((pixels[at * 3 + 1] ?? 0) <= limit ? 1 : 0));
}

function quantile(counts: Float64Array, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  return counts.findIndex((count) => (before += count) >= share * total);
}

/** The last level of the darker part where the variance between the two parts is greatest. */
function otsu(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const all = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [limit, most, below, weight] = [0, -1, 0, 0];
  counts.forEach((count, level) => {
    weight += count;
    below += count * level;
    if (weight === 0 || weight === total) return;
    const between = (below / weight - (all - below) / (total - weight)) ** 2 * weight * (total - weight);
    if (between > most) [limit, most] = [level, between];
  });
  return limit;
}

/** Without the rim of every piece, so that cells which barely touch part. */
function eroded(stained: Uint8Array, side: number): Uint8Array {
  return stained.map((value, at) => {
    const column = at % side;
    const isInside = column > 0 && column < side - 1 && stained[at - side] === 1 && stained[at + side] === 1;
    return value === 1 && isInside && stained[at - 1] === 1 && stained[at + 1] === 1 ? 1 : 0;
  });
}
