import { smallestRange, type ValueRange } from '#shared/domain/valueRange';
import { unreadable } from './unreadable';

/** What is known of the values of a deep image (more than 8 bits, signed, or fractions) before it is decoded. */
export interface DeepValues {
  /** How they are stored, such as "16-bit". */
  readonly values: string;
  /** The range that the file states for itself; null if it states none. */
  readonly stated: ValueRange | null;
}

/** An image of which no value reaches this share of its folder's range would be all but black. */
const LEAST_SHARE = 1 / 8;

/**
 * The range by which an image is read: its own statement, its folder's range, or (where there is no folder) the smallest usual one of its own values.
 * FailureError `unreadable-image` where its values are far from those of its folder: it was stored in another range, and would be black.
 */
export async function rangeFor(
  { values, stated }: DeepValues,
  folder: ValueRange | null,
  largestValue: () => Promise<number>,
): Promise<ValueRange> {
  if (stated) return stated;
  const largest = await largestValue();
  if (!folder) return smallestRange(values, largest);
  if (largest < folder.high * LEAST_SHARE) {
    throw unreadable(
      `Its values reach only ${String(largest)}, those of the other ${values} images of its folder up to ${String(folder.high)}: it is stored in another range and would be black.`,
      'Put images of another range in a folder of their own.',
    );
  }
  return folder;
}
