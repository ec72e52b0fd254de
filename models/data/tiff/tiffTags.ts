import type { GeoTIFFImage } from 'geotiff';
import { z } from 'zod';

/** Numbers of the tags that are looked at. */
export const TAG = {
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  description: 270,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  maxSampleValue: 281,
  planar: 284,
  predictor: 317,
  colourMap: 320,
  extraSamples: 338,
  sampleFormat: 339,
  smallestSample: 340,
  largestSample: 341,
  jpegTables: 347,
  subsampling: 530,
} as const;

/** All numbers of a tag; none where it is missing. */
export async function numbersOf(page: GeoTIFFImage, tag: number): Promise<number[]> {
  const value: unknown = await page.fileDirectory.loadValue(tag);
  if (typeof value === 'number') return [value];
  return value === undefined ? [] : Array.from(numbersSchema.parse(value), Number);
}

/** The first number of a tag. */
export async function numberOf(page: GeoTIFFImage, tag: number, otherwise: number): Promise<number> {
  return (await numbersOf(page, tag))[0] ?? otherwise;
}

const numbersSchema = z.custom<ArrayLike<number | bigint>>(
  (value) => ArrayBuffer.isView(value) || Array.isArray(value),
);
