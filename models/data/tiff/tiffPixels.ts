import type { ValueRange } from '#shared/domain/valueRange';
import { tiffBlocks, type Block, type Plane } from './tiffBlocks';
import type { TiffFile } from './tiffFile';
import { numbersOf, TAG } from './tiffTags';

/** RGBA bytes [height, width, 4] of a TIFF, as stored (not turned). `range` says which values are black and white where the file is deep. */
export async function tiffPixels(tiff: TiffFile, range: ValueRange | null): Promise<Uint8Array> {
  const rgba = new Uint8Array(tiff.width * tiff.height * 4);
  const [page] = tiff.pages;
  const map = tiff.colour === 'palette' && page ? paletteOf(await numbersOf(page, TAG.colourMap)) : [];
  for await (const block of tiffBlocks(tiff)) {
    const planes = block.planes.map((plane) => bytesOf(plane, block.width * block.height, rangeOf(tiff, range)));
    paint(rgba, tiff, block, planes, map);
  }
  return rgba;
}

/** The largest value of its colours, infinities aside. */
export async function largestTiffValue(tiff: TiffFile): Promise<number> {
  let largest = 0;
  for await (const { planes, width, height } of tiffBlocks(tiff)) {
    for (const { values, stride, first } of tiff.alpha === 'none' ? planes : planes.slice(0, -1)) {
      const end = width * height * stride;
      for (let at = first; at < end; at += stride) {
        const value = values[at] ?? 0;
        if (value > largest && value !== Infinity) largest = value;
      }
    }
  }
  return largest;
}

/** Palettes are numbers of colours, so that their values stay as they are. */
function rangeOf({ colour, bits }: TiffFile, range: ValueRange | null): { low: number; high: number } {
  if (colour === 'palette') return { low: 0, high: 255 };
  return range ?? { low: 0, high: 2 ** bits - 1 };
}

/** Values as bytes, rounded; beyond the range they are black or white. */
function bytesOf(
  { values, stride, first }: Plane,
  count: number,
  { low, high }: { low: number; high: number },
): Uint8ClampedArray {
  const bytes = new Uint8ClampedArray(count);
  const scale = 255 / (high - low);
  for (let index = 0, at = first; index < count; index++, at += stride)
    bytes[index] = ((values[at] ?? 0) - low) * scale;
  return bytes;
}

/** Colours of a palette as red, green and blue bytes in turn. Programs that wrote bytes where 16 bits belong are many: then no number is above 255. */
function paletteOf(map: readonly number[]): number[] {
  const colours = map.length / 3;
  const shift = map.some((value) => value > 255) ? 8 : 0;
  return Array.from(
    { length: map.length },
    (_, index) => (map[(index % 3) * colours + Math.floor(index / 3)] ?? 0) >> shift,
  );
}

function paint(
  rgba: Uint8Array,
  tiff: TiffFile,
  block: Block,
  planes: readonly Uint8ClampedArray[],
  map: readonly number[],
): void {
  const [a, b, c, d] = planes;
  const alpha = tiff.alpha === 'none' ? undefined : planes.at(-1);
  const right = Math.min(block.left + block.width, tiff.width);
  const lower = Math.min(block.top + block.height, tiff.height);
  for (let y = block.top; y < lower; y++) {
    let from = (y - block.top) * block.width;
    let to = (y * tiff.width + block.left) * 4;
    for (let x = block.left; x < right; x++, from++, to += 4) {
      const first = a?.[from] ?? 0;
      const second = b?.[from] ?? 0;
      const third = c?.[from] ?? 0;
      rgba[to + 3] = alpha?.[from] ?? 255;
      switch (tiff.colour) {
        case 'rgb':
          setColour(rgba, to, first, second, third);
          break;
        case 'grey':
          setColour(rgba, to, first, first, first);
          break;
        case 'whiteIsZero':
          setColour(rgba, to, 255 - first, 255 - first, 255 - first);
          break;
        case 'palette':
          setColour(rgba, to, map[first * 3] ?? 0, map[first * 3 + 1] ?? 0, map[first * 3 + 2] ?? 0);
          break;
        case 'cmyk': {
          const light = 1 - (d?.[from] ?? 0) / 255;
          setColour(rgba, to, (255 - first) * light, (255 - second) * light, (255 - third) * light);
          break;
        }
        case 'yCbCr':
          // ITU-R BT.601, as JFIF has it.
          setColour(
            rgba,
            to,
            first + 1.402 * (third - 128),
            first - 0.344136 * (second - 128) - 0.714136 * (third - 128),
            first + 1.772 * (second - 128),
          );
      }
      if (tiff.alpha === 'premultiplied') divideByAlpha(rgba, to);
    }
  }
}

function setColour(rgba: Uint8Array, to: number, red: number, green: number, blue: number): void {
  rgba[to] = toByte(red);
  rgba[to + 1] = toByte(green);
  rgba[to + 2] = toByte(blue);
}

function divideByAlpha(rgba: Uint8Array, to: number): void {
  const alpha = rgba[to + 3] ?? 255;
  if (alpha === 0) return;
  for (let at = to; at < to + 3; at++) rgba[at] = toByte(((rgba[at] ?? 0) * 255) / alpha);
}

function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}
