import { Orientation } from '@napi-rs/image';
import { imageSize } from 'image-size';
import { imageFormat, type ImageFormat } from '#shared/domain/imageFormat';
import { rangeOfBits } from '#shared/domain/valueRange';
import type { DeepValues } from './deepValues';
import { exifOrientation, isTurned } from './exifOrientation';
import { readJpegMarkers } from './jpeg';
import { openTiff, type TiffFile } from './tiff/tiffFile';
import { unreadable } from './unreadable';

/** Sides that are read, pixels (product.md 1). The upper one also stops decompression bombs before anything is allocated. */
const SMALLEST_SIDE = 32;
const LARGEST_SIDE = 10_000;

export interface ImageHeader {
  /** Without a dot: jpg, png, bmp, tif or webp, by content and not by name. */
  readonly extension: Extract<ImageFormat, { kind: 'read' }>['extension'];
  /** Pixels, as shown: after the file's orientation. */
  readonly width: number;
  readonly height: number;
}

/** What decoding an image needs to know beforehand. */
export interface OpenImage {
  readonly header: ImageHeader;
  readonly orientation: Orientation;
  /** The directory of a TIFF; null for other formats. */
  readonly tiff: TiffFile | null;
  /** Null where 8 bits leave no doubt of the range of values. */
  readonly deep: DeepValues | null;
  /** The most bytes that decoding takes at once. */
  readonly decodingBytes: number;
}

/** Bytes a pixel that the native decoder and its resizing take at once, measured on 10,000 x 10,000 pixels of each format. */
const NATIVE_BYTES = 17;
/** Two copies of four channels of 16 bits, and RGBA. */
const DEEP_PNG_BYTES = 20;

/** Format, sides and kind of values, from the file's bytes; refuses what cannot or must not be decoded. FailureError `unreadable-image` says why. */
export async function openImage(bytes: Uint8Array): Promise<OpenImage> {
  if (bytes.length === 0) throw unreadable('The file is empty.');
  const format = imageFormat(bytes);
  if (!format) throw unreadable('This is not an image in a format that is read: JPEG, PNG, BMP, TIFF or WebP.');
  if (format.kind === 'unread') {
    throw unreadable(`This is a ${format.name} file; JPEG, PNG, BMP, TIFF and WebP are read.`);
  }
  const { extension } = format;
  const tiff = extension === 'tif' ? await openTiff(bytes) : null;
  const { width, height } = tiff ?? sizeOf(bytes, format);
  checkSides(width, height);
  if (extension === 'jpg') checkJpeg(bytes);
  const orientation = tiff
    ? tiff.orientation
    : extension === 'bmp' || extension === 'tif'
      ? Orientation.Horizontal
      : exifOrientation(bytes, extension);
  const deep = tiff ? tiff.deep : extension === 'png' ? deepPng(bytes) : null;
  const pixel = tiff && !tiff.native ? tiffBytes(tiff) : NATIVE_BYTES + (deep ? DEEP_PNG_BYTES : 0);
  return {
    header: {
      extension,
      width: isTurned(orientation) ? height : width,
      height: isTurned(orientation) ? width : height,
    },
    orientation,
    tiff,
    deep,
    decodingBytes: width * height * pixel,
  };
}

/** Values as unpacked, twice (packed they may be as long), the same as bytes, RGBA, and the resizing. */
function tiffBytes({ bits, pages, compression }: TiffFile): number {
  const samples = Math.max(pages.length, pages[0]?.getSamplesPerPixel() ?? 1);
  // geotiff's JPEG decoder keeps coefficients of 4 bytes.
  return samples * (Math.ceil(bits / 8) * 2 + 1 + (compression === 7 ? 8 : 0)) + 4 + NATIVE_BYTES;
}

function sizeOf(bytes: Uint8Array, format: Extract<ImageFormat, { kind: 'read' }>): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The header of OS/2 1 has sides of 16 bits.
  if (format.extension === 'bmp' && bytes.length >= 22 && view.getUint32(14, true) === 12) {
    return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  }
  try {
    return imageSize(bytes);
  } catch {
    throw unreadable(`The ${format.name} is cut short or damaged: its header cannot be read.`);
  }
}

function checkSides(width: number, height: number): void {
  const sides = `The image is ${String(width)} x ${String(height)} px`;
  if (Math.min(width, height) < SMALLEST_SIDE) {
    throw unreadable(
      `${sides}, which is too small: images of at least ${String(SMALLEST_SIDE)} px a side are read.`,
      'Take the cell from its source again at a higher magnification, or with more of its surroundings; enlarging the file adds nothing to it.',
    );
  }
  if (Math.max(width, height) > LARGEST_SIDE) {
    throw unreadable(
      `${sides}, which is too large: images of at most ${String(LARGEST_SIDE)} px a side are read.`,
      'Cut the cells out of it, an image each.',
    );
  }
}

function checkJpeg(bytes: Uint8Array): void {
  const { whole, precision, components, coding, adobe } = readJpegMarkers(bytes);
  if (!whole) throw unreadable('The JPEG is cut short: its end is missing.');
  if (coding !== 'Huffman')
    throw unreadable(
      `The JPEG is coded ${coding === 'lossless' ? 'without loss' : 'arithmetically'}, which is not read.`,
    );
  if (precision !== null && precision !== 8)
    throw unreadable(`The JPEG has ${String(precision)} bits a sample, which are not read; 8 are.`);
  if (components === 4 && !adobe) {
    throw unreadable(
      'The JPEG has four inks (CMYK) and does not say which way they count: Adobe’s marker is missing, and its colours may be the reverse.',
      'Open the file in an image viewer; if its colours are right there, save it again as RGB.',
    );
  }
}

/** The values of a PNG of 16 bits; of how many of them count its chunk sBIT may say. */
function deepPng(bytes: Uint8Array): DeepValues | null {
  if (bytes[24] !== 16) return null;
  const values = '16-bit';
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).indexOf('sBIT');
  const significant = at < 0 ? 16 : (bytes[at + 4] ?? 16);
  return { values, stated: significant > 8 && significant < 16 ? rangeOfBits(values, significant, 'file') : null };
}
