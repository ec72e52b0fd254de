import { FastResizeFilter, Orientation, ResizeFit, Transformer } from '@napi-rs/image';
import type { ValueRange } from '#shared/domain/valueRange';
import { PROCESS_MEMORY, type ImageMemory } from './budget';
import { openImage, type ImageHeader, type OpenImage } from './imageHeader';
import { copyMiddleSquare } from './middleSquare';
import { largestPngValue, pngPixels } from './deepPng';
import { largestTiffValue, tiffPixels } from './tiff/tiffPixels';
import { rangeFor } from './deepValues';
import { damaged } from './unreadable';

export interface DecodedImage extends ImageHeader {
  /** RGB bytes [side, side, 3], row-major; the caller's. */
  readonly pixels: Uint8Array;
  /** Which of its values are black and white; null where 8 bits leave no doubt. */
  readonly range: ValueRange | null;
}

export interface DecodeOptions {
  /** Filled where it is given (a row of a batch, say), else a new array is. */
  readonly pixels?: Uint8Array | undefined;
  /** The range of a deep image that states none: that of its folder. Without it, that of the image alone. */
  readonly range?: ValueRange | null | undefined;
  readonly memory?: ImageMemory;
  /** Ends the waiting for memory. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes a JPEG, PNG, BMP, TIFF (first page, or three grey pages that are its channels) or WebP image and makes it `side` x `side` RGB: the one way images reach a network, in training as in classification.
 * Orientation is applied, transparency laid over white, the shorter side resized to `side` (antialiased Catmull-Rom, as Pillow's BICUBIC) and the middle square kept, so nothing is stretched.
 * Runs on Node's thread pool, all but the rarer kinds of TIFF. FailureError `unreadable-image` says what is wrong with the file.
 */
export async function decodeImage(bytes: Uint8Array, side: number, options: DecodeOptions = {}): Promise<DecodedImage> {
  return decodeOpened(bytes, await openImage(bytes), side, options);
}

/** As decodeImage, of an image that was opened. */
export async function decodeOpened(
  bytes: Uint8Array,
  image: OpenImage,
  side: number,
  options: DecodeOptions,
): Promise<DecodedImage> {
  const { pixels = new Uint8Array(side * side * 3), memory = PROCESS_MEMORY, signal } = options;
  const { header } = image;
  const scale = side / Math.min(header.width, header.height);
  const width = Math.max(side, Math.round(header.width * scale));
  const height = Math.max(side, Math.round(header.height * scale));
  const decode = async (): Promise<ValueRange | null> => {
    const range = await rangeOf(bytes, image, options.range ?? null);
    const transformer = await resized(bytes, image, range, width, height);
    const rgba = await run(() => transformer.rawPixels());
    if (rgba.length !== width * height * 4) throw damaged('its pixels do not fill its sides');
    copyMiddleSquare(rgba, { width, height }, side, pixels);
    return range;
  };
  return { ...header, pixels, range: await memory.decoding.use(image.decodingBytes, decode, signal) };
}

/** The image as PNG, at most `side` pixels a side, for pictures that a browser cannot show. Errors as decodeImage. */
export async function encodePicture(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const image = await openImage(bytes);
  const { header } = image;
  const scale = Math.min(1, side / Math.max(header.width, header.height));
  const width = Math.max(1, Math.round(header.width * scale));
  const height = Math.max(1, Math.round(header.height * scale));
  return PROCESS_MEMORY.decoding.use(image.decodingBytes, async () => {
    const transformer = await resized(bytes, image, await rangeOf(bytes, image, null), width, height);
    return run(() => transformer.png());
  });
}

/** The smallest usual range of the values of a deep image; null where it states one, or 8 bits leave no doubt. */
export async function rangeInDoubt(
  bytes: Uint8Array,
  memory: ImageMemory = PROCESS_MEMORY,
): Promise<ValueRange | null> {
  const image = await openImage(bytes);
  if (!image.deep || image.deep.stated) return null;
  return memory.decoding.use(image.decodingBytes, () => rangeOf(bytes, image, null));
}

async function rangeOf(
  bytes: Uint8Array,
  { deep, tiff }: OpenImage,
  folder: ValueRange | null,
): Promise<ValueRange | null> {
  if (!deep) return null;
  return rangeFor(deep, folder, () => (tiff ? largestTiffValue(tiff) : run(() => largestPngValue(bytes))));
}

async function resized(
  bytes: Uint8Array,
  { tiff, header, orientation }: OpenImage,
  range: ValueRange | null,
  width: number,
  height: number,
): Promise<Transformer> {
  const { width: stored, height: rows } = tiff ?? header;
  let transformer: Transformer;
  if (tiff && !tiff.native) transformer = Transformer.fromRgbaPixels(await tiffPixels(tiff, range), stored, rows);
  else if (range) transformer = await run(() => pngPixels(bytes, range));
  else transformer = new Transformer(bytes);
  if (orientation !== Orientation.Horizontal) transformer = transformer.rotate(orientation);
  return transformer.fastResize({ width, height, filter: FastResizeFilter.CatmullRom, fit: ResizeFit.Fill });
}

async function run<T>(decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    throw damaged(error);
  }
}
