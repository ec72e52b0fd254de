import type { GeoTIFFImage } from 'geotiff';
import { rangeOfBits, type ValueRange } from '#shared/domain/valueRange';
import type { SampleKind } from './tiffNames';
import { numbersOf, TAG } from './tiffTags';

/**
 * The range of values that a TIFF states for itself: OME's SignificantBits, SMin- and SMaxSampleValue, MaxSampleValue, ImageJ's min and max, or a depth of which no more bits are stored (12, say).
 * Null where it states none: 16, 32 or 64 bits are what is stored, not what the camera gave.
 */
export async function statedRange(
  page: GeoTIFFImage,
  description: string,
  values: string,
  bits: number,
  kind: SampleKind,
): Promise<ValueRange | null> {
  const significant = /\bSignificantBits="(\d{1,2})"/.exec(description)?.[1];
  if (significant !== undefined && kind !== 'fraction') return rangeOfBits(values, Number(significant), 'file');
  const smallest = await numbersOf(page, TAG.smallestSample);
  const largest = await numbersOf(page, TAG.largestSample);
  const most = Math.max(...(await numbersOf(page, TAG.maxSampleValue)));
  // The largest value that can be stored is the tag's default, and says nothing.
  const usual = 2 ** bits - 1;
  const imageJ = imageJRange(description);
  return (
    rangeFrom(values, Math.min(0, ...smallest), Math.max(...largest), usual) ??
    rangeFrom(values, 0, most, usual) ??
    rangeFrom(values, imageJ.low, imageJ.high, Infinity) ??
    (kind !== 'fraction' && bits % 16 !== 0 ? rangeOfBits(values, bits, 'file') : null)
  );
}

function rangeFrom(values: string, low: number, high: number, usual: number): ValueRange | null {
  return Number.isFinite(low) && Number.isFinite(high) && high > low && high !== usual
    ? { values, low, high, from: 'file' }
    : null;
}

/** Not numbers where it states none. */
function imageJRange(description: string): { low: number; high: number } {
  if (!description.startsWith('ImageJ=')) return { low: NaN, high: NaN };
  const number = (name: string): number =>
    Number(new RegExp(`^${name}=(\\S+)\\s*$`, 'm').exec(description)?.[1] ?? NaN);
  return { low: number('min'), high: number('max') };
}
