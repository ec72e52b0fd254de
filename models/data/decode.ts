import { FastResizeFilter, ResizeFit, Transformer } from '@napi-rs/image';
import { imageSize } from 'image-size';
import { FailureError } from '#shared/domain/failure';
import { imageFormat } from '#shared/domain/imageFormat';
import { copyMiddleSquare } from './middleSquare';

/** Sides that are read, pixels (product.md 1). The upper one also stops decompression bombs before anything is allocated. */
const SMALLEST_SIDE = 32;
const LARGEST_SIDE = 10_000;

export interface ImageHeader {
  /** Without a dot: jpg, png, bmp, tif or webp, by content and not by name. */
  readonly extension: string;
  /** Pixels, as shown: after the file's orientation. */
  readonly width: number;
  readonly height: number;
}

export interface DecodedImage extends ImageHeader {
  /** RGB bytes [side, side, 3], row-major; the caller's. */
  readonly pixels: Uint8Array;
}

/**
 * Decodes a JPEG, PNG, BMP, TIFF (8 or 16 bit, first page) or WebP image and makes it `side` x `side` RGB: the one way images reach a network, in training as in classification.
 * Orientation is applied, transparency laid over white, the shorter side resized to `side` (antialiased Catmull-Rom, as Pillow's BICUBIC) and the middle square kept, so nothing is stretched.
 * Runs on Node's thread pool. `pixels` is filled where it is given (a row of a batch, say), else a new array is. FailureError `unreadable-image` says what is wrong with the file.
 */
export async function decodeImage(
  bytes: Uint8Array,
  side: number,
  pixels: Uint8Array = new Uint8Array(side * side * 3),
): Promise<DecodedImage> {
  const header = readHeader(bytes);
  const scale = side / Math.min(header.width, header.height);
  const width = Math.max(side, Math.round(header.width * scale));
  const height = Math.max(side, Math.round(header.height * scale));
  const rgba = await decode(() =>
    new Transformer(bytes)
      .rotate()
      .fastResize({ width, height, filter: FastResizeFilter.CatmullRom, fit: ResizeFit.Fill })
      .rawPixels(),
  );
  if (rgba.length !== width * height * 4) throw unreadable('The image’s pixels do not fill its sides.');
  copyMiddleSquare(rgba, { width, height }, side, pixels);
  return { ...header, pixels };
}

/** The image as PNG, at most `side` pixels a side, for pictures that a browser cannot show. Errors as decodeImage. */
export async function encodePicture(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const header = readHeader(bytes);
  const scale = Math.min(1, side / Math.max(header.width, header.height));
  const width = Math.max(1, Math.round(header.width * scale));
  const height = Math.max(1, Math.round(header.height * scale));
  return decode(() =>
    new Transformer(bytes)
      .rotate()
      .fastResize({ width, height, filter: FastResizeFilter.CatmullRom, fit: ResizeFit.Fill })
      .png(),
  );
}

/** Format and sides, from the file's first bytes; refuses what cannot or must not be decoded. */
export function readHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw unreadable('The file is empty.');
  const format = imageFormat(bytes);
  if (!format) throw unreadable('This is not an image in a format that is read: JPEG, PNG, BMP, TIFF or WebP.');
  if (format.kind === 'unread') {
    throw unreadable(`This is a ${format.name} file; JPEG, PNG, BMP, TIFF and WebP are read.`);
  }
  const { extension } = format;
  let size: ReturnType<typeof imageSize>;
  try {
    size = imageSize(bytes);
  } catch {
    throw unreadable(`The ${format.name} is cut short or damaged: its header cannot be read.`);
  }
  const { width, height } = size;
  if (Math.min(width, height) < SMALLEST_SIDE || Math.max(width, height) > LARGEST_SIDE) {
    const limits = `${String(SMALLEST_SIDE)} to ${String(LARGEST_SIDE)} px a side`;
    throw unreadable(`The image is ${String(width)} x ${String(height)} px; images of ${limits} are read.`);
  }
  if (extension === 'jpg' && !jpegIsWhole(bytes)) throw unreadable('The JPEG is cut short: its end is missing.');
  const turned = (size.orientation ?? 1) >= 5;
  return { extension, width: turned ? height : width, height: turned ? width : height };
}

/**
 * Whether the data of a JPEG reach its end marker. Decoders fill a cut image with grey and say nothing, so a cut file would be classified by its upper half.
 * Markers: ITU-T T.81, table B.1; inside entropy-coded data FF is followed by 00 or a restart marker.
 */
function jpegIsWhole(bytes: Uint8Array): boolean {
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9) return true;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (marker !== 0xda) continue;
    for (;;) {
      at = bytes.indexOf(0xff, at);
      if (at < 0) return false;
      const next = bytes[at + 1];
      if (next === undefined) return false;
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) break;
      at += next === 0xff ? 1 : 2;
    }
  }
  return false;
}

async function decode(run: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await run();
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^Decode image failed\s*/i, '') : String(error);
    throw unreadable(`The image cannot be decoded: it is cut short or damaged (${detail}).`);
  }
}

function unreadable(message: string): FailureError {
  return new FailureError(
    'unreadable-image',
    message,
    'Open the file in an image viewer; save it again as PNG or JPEG, or take it from its source again.',
  );
}
