import type { Orientation } from '@napi-rs/image';
import { fromArrayBuffer, type GeoTIFFImage } from 'geotiff';
import type { DeepValues } from '../deepValues';
import { toOrientation } from '../exifOrientation';
import { damaged, unreadable } from '../unreadable';
import { channelPages } from './channelPages';
import { statedRange } from './statedRange';
import {
  COLOURS,
  COMPRESSION,
  SAMPLES,
  type SampleKind,
  UNREAD_COLOURS,
  UNREAD_COMPRESSIONS,
  type TiffColour,
} from './tiffNames';
import { numberOf, numbersOf, TAG } from './tiffTags';

/** The image of a TIFF as its directory describes it; nothing of its pixels is decoded yet. */
export interface TiffFile {
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly colour: TiffColour;
  readonly kind: SampleKind;
  /** Bits of a sample. */
  readonly bits: number;
  readonly compression: number;
  /** The image; or one page for red, green and blue each. */
  readonly pages: readonly GeoTIFFImage[];
  /** How a sample after those of the colour says how opaque a pixel is. */
  readonly alpha: 'none' | 'straight' | 'premultiplied';
  /** Null where unsigned values of up to 8 bits leave no doubt of their range. */
  readonly deep: DeepValues | null;
  /** Whether the native decoder reads it, which is many times faster: 8 bits, grey or RGB, packed in a common way. */
  readonly native: boolean;
}

const NATIVE = new Set([
  COMPRESSION.none,
  COMPRESSION.lzw,
  COMPRESSION.adobeDeflate,
  COMPRESSION.deflate,
  COMPRESSION.packBits,
]);
/** A tile is read whole, even where the image ends within it. */
const LARGEST_BLOCK_SIDE = 16_384;
const MOST_SAMPLES = 8;

const READ = new Set(Object.values(COMPRESSION));

/** Reads the directory of a TIFF or BigTIFF: its first image, or its first three pages where they are the channels of one. FailureError `unreadable-image` names what is not read. */
export async function openTiff(bytes: Uint8Array): Promise<TiffFile> {
  const { pages, description } = await directories(bytes);
  const [page] = pages;
  const width = page.getWidth();
  const height = page.getHeight();
  const compression = await numberOf(page, TAG.compression, COMPRESSION.none);
  if (!READ.has(compression)) {
    const name = UNREAD_COMPRESSIONS[compression] ?? `method ${String(compression)}`;
    throw unreadable(`The TIFF is compressed with ${name}, which is not read.`);
  }
  const colour = pages.length === 3 ? 'rgb' : colourOf(await numberOf(page, TAG.photometric, 1));
  const samples = await numberOf(page, TAG.samplesPerPixel, 1);
  const own = pages.length === 3 ? 1 : SAMPLES[colour];
  if (samples < own)
    throw unreadable(`The TIFF is damaged: ${String(samples)} samples a pixel are too few for its colours.`);
  if (colour === 'yCbCr' && compression !== COMPRESSION.jpeg) await refuseSubsampled(page);
  if (samples > MOST_SAMPLES) {
    throw unreadable(
      `The TIFF has ${String(samples)} samples a pixel; images with more than ${String(MOST_SAMPLES)} are not read.`,
    );
  }
  checkBlocks(pages);
  const { bits, kind } = await samplesOf(page);
  if (colour !== 'grey' && colour !== 'rgb' && colour !== 'whiteIsZero' && (bits > 8 || kind !== 'unsigned')) {
    throw unreadable(`The TIFF holds ${colour} values of ${String(bits)} bits, which are not read; up to 8 are.`);
  }
  const [extra] = await numbersOf(page, TAG.extraSamples);
  const alpha = samples === own ? 'none' : extra === 1 ? 'premultiplied' : extra === 2 ? 'straight' : 'none';
  const values = `${kind === 'signed' ? 'signed ' : ''}${String(bits)}-bit${kind === 'fraction' ? ' fraction' : ''}`;
  const deep =
    bits > 8 || kind !== 'unsigned'
      ? { values, stated: await statedRange(page, description, values, bits, kind) }
      : null;
  return {
    width,
    height,
    orientation: toOrientation(await numberOf(page, TAG.orientation, 1)),
    colour,
    kind,
    bits,
    compression,
    pages,
    alpha,
    deep,
    native:
      !deep &&
      bits === 8 &&
      bytes[2] !== 43 &&
      bytes[3] !== 43 &&
      pages.length === 1 &&
      samples === own &&
      (colour === 'grey' || colour === 'rgb') &&
      page.planarConfiguration === 1 &&
      NATIVE.has(compression),
  };
}

async function directories(
  bytes: Uint8Array,
): Promise<{ pages: readonly [GeoTIFFImage, ...GeoTIFFImage[]]; description: string }> {
  try {
    const file = await fromArrayBuffer(bufferOf(bytes));
    const page = await file.getImage(0);
    // The default of TIFF 6.0, which geotiff does not know: black and white.
    if (!page.fileDirectory.hasTag(TAG.bitsPerSample)) page.fileDirectory.actualizedFields.set(TAG.bitsPerSample, [1]);
    const text: unknown = await page.fileDirectory.loadValue(TAG.description);
    const description = typeof text === 'string' ? text : '';
    const grey = (await numberOf(page, TAG.samplesPerPixel, 1)) === 1;
    const others = grey ? channelPages(description) : [];
    return { pages: [page, ...(await Promise.all(others.map((index) => file.getImage(index))))], description };
  } catch (error) {
    throw damaged(error);
  }
}

/** The bytes as a buffer of their own; copied only where they are a part of another. geotiff copies whatever it changes. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length ? buffer : new Uint8Array(bytes).buffer;
}

function colourOf(photometric: number): TiffColour {
  const known = Object.entries(COLOURS).find(([number]) => Number(number) === photometric)?.[1];
  if (known) return known;
  const name = UNREAD_COLOURS[photometric] ?? `of kind ${String(photometric)}`;
  throw unreadable(`The TIFF’s colours are ${name}, which are not read; grey, RGB, palette, CMYK and YCbCr are.`);
}

/** Before anything is allocated: a directory may claim tiles of any size, and channels of different sizes. */
function checkBlocks(pages: readonly GeoTIFFImage[]): void {
  for (const page of pages) {
    const sides = [page.getTileWidth(), page.getTileHeight()];
    if (page.isTiled && sides.some((side) => side > LARGEST_BLOCK_SIDE || side < 1)) {
      throw unreadable(`The TIFF is damaged: its tiles would be ${sides.join(' x ')} px.`);
    }
  }
  const sizes = new Set(pages.map((page) => `${String(page.getWidth())} x ${String(page.getHeight())} px`));
  if (sizes.size > 1) throw unreadable(`The TIFF’s three channels are not of one size: ${[...sizes].join(', ')}.`);
}

async function samplesOf(page: GeoTIFFImage): Promise<{ bits: number; kind: SampleKind }> {
  const bits = new Set(await numbersOf(page, TAG.bitsPerSample));
  const formats = new Set(await numbersOf(page, TAG.sampleFormat));
  const [size = 1] = bits;
  const [format = 1] = formats;
  // 4 is undefined, which readers take as unsigned.
  const kind = { 1: 'unsigned', 2: 'signed', 3: 'fraction', 4: 'unsigned' }[format];
  if (bits.size > 1 || formats.size > 1 || !kind) {
    throw unreadable('The TIFF’s samples are of several kinds or complex numbers, which are not read.');
  }
  const read = {
    unsigned: size <= 16 || size === 32,
    signed: [8, 16, 32].includes(size),
    fraction: [32, 64].includes(size),
  };
  if (!read[kind as SampleKind]) {
    throw unreadable(`The TIFF holds ${kind} values of ${String(size)} bits, which are not read.`);
  }
  return { bits: size, kind: kind as SampleKind };
}

async function refuseSubsampled(page: GeoTIFFImage): Promise<void> {
  const factors = await numbersOf(page, TAG.subsampling);
  if (factors.length === 0 || factors.some((each) => each !== 1)) {
    throw unreadable('The TIFF holds YCbCr colours at less than full size without JPEG, which are not read.');
  }
}
