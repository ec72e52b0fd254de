import { z } from 'zod';

/** Which values of deep images (more than 8 bits, signed, or fractions) are black and white. */
export const valueRangeSchema = z.object({
  /** How the values are stored, such as "16-bit" or "32-bit fraction". */
  values: z.string(),
  low: z.number(),
  high: z.number(),
  /** Who says so: the file itself, or the values of all such images of its folder. */
  from: z.enum(['file', 'folder']),
});

export type ValueRange = z.infer<typeof valueRangeSchema>;

/** Bits that cameras and programs give a value. */
const DEPTHS = [8, 10, 12, 14, 16, 32];

/** The range of so many bits. */
export function rangeOfBits(values: string, bits: number, from: ValueRange['from']): ValueRange {
  return { values, low: 0, high: 2 ** bits - 1, from };
}

/** The smallest usual range that holds the largest value of a folder's images: 8, 10, 12, 14, 16 or 32 bits, and for fractions 0 to 1 before them. */
export function smallestRange(values: string, largest: number): ValueRange {
  if (values.endsWith('fraction') && largest <= 1) return { values, low: 0, high: 1, from: 'folder' };
  const bits = DEPTHS.find((each) => largest < 2 ** each);
  return bits === undefined ? { values, low: 0, high: largest, from: 'folder' } : rangeOfBits(values, bits, 'folder');
}

/** A range as a sentence for people. */
export function describeRange({ values, low, high, from }: ValueRange): string {
  const range = `${values} images: values from ${String(low)} to ${String(high)} are shown from black to white`;
  return from === 'file'
    ? `${range}, as the files state.`
    : `${range}, the smallest usual range that holds those of all such images of the folder; the files state none.`;
}
