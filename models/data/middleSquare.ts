/** The sides of an image, pixels. */
interface Sides {
  readonly width: number;
  readonly height: number;
}

/**
 * Copies the middle `side` x `side` square of RGBA pixels, laid over white, into RGB `pixels`; both row-major bytes, and the caller's.
 * It runs on the thread that also drives the graph, so opaque pixels, which nearly all are, go the short way.
 */
export function copyMiddleSquare(rgba: Uint8Array, { width, height }: Sides, side: number, pixels: Uint8Array): void {
  const first = ((height - side) >> 1) * width + ((width - side) >> 1);
  const inWords = [side * 3, rgba.byteOffset, pixels.byteOffset].every((bytes) => bytes % 4 === 0);
  if (!inWords || !copyOpaque(wordsOf(rgba), first, width, side, wordsOf(pixels)))
    copyOverWhite(rgba, first, width, side, pixels);
}

/**
 * Packs four RGBA pixels into three words of RGB at a time; the words are little-endian, as on every processor that the program runs on.
 * Gives whether all pixels were opaque: where they were not, what was written is wrong.
 */
function copyOpaque(rgba: Uint32Array, first: number, width: number, side: number, rgb: Uint32Array): boolean {
  let common = 0xffffffff;
  let to = 0;
  for (let row = 0; row < side; row++) {
    let from = first + row * width;
    for (const end = from + side; from < end; from += 4, to += 3) {
      const a = rgba[from] ?? 0;
      const b = rgba[from + 1] ?? 0;
      const c = rgba[from + 2] ?? 0;
      const d = rgba[from + 3] ?? 0;
      common &= a & b & c & d;
      rgb[to] = (a & 0xffffff) | (b << 24);
      rgb[to + 1] = ((b >>> 8) & 0xffff) | (c << 16);
      rgb[to + 2] = ((c >>> 16) & 0xff) | (d << 8);
    }
  }
  return common >>> 24 === 255;
}

function copyOverWhite(rgba: Uint8Array, first: number, width: number, side: number, rgb: Uint8Array): void {
  let to = 0;
  for (let row = 0; row < side; row++) {
    let from = (first + row * width) * 4;
    for (const end = from + side * 4; from < end; from += 4, to += 3) {
      const alpha = rgba[from + 3] ?? 255;
      rgb[to] = overWhite(rgba[from] ?? 0, alpha);
      rgb[to + 1] = overWhite(rgba[from + 1] ?? 0, alpha);
      rgb[to + 2] = overWhite(rgba[from + 2] ?? 0, alpha);
    }
  }
}

function overWhite(value: number, alpha: number): number {
  return Math.round((value * alpha) / 255 + 255 - alpha);
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
