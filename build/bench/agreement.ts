// Whether two programs ran the same network: without that, a comparison of their times says nothing.
import { readFileSync } from 'node:fs';

/** The greatest difference of two peers' logits that rounding explains, as a share of the logits' spread. */
export const AGREEMENT = 1e-3;

/**
 * The greatest difference between two sets of logits, as a share of the standard deviation of the first. Infinity if they cannot be compared: another number of values, or one that is no number.
 */
export function relativeDifference(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length === 0 || ours.length !== theirs.length) return Infinity;
  const mean = ours.reduce((sum, value) => sum + value / ours.length, 0);
  const spread = Math.sqrt(ours.reduce((sum, value) => sum + (value - mean) ** 2 / ours.length, 0));
  const most = ours.reduce((greatest, value, index) => Math.max(greatest, Math.abs(value - (theirs[index] ?? NaN))), 0);
  const relative = most / spread;
  return Number.isNaN(relative) ? Infinity : relative;
}

/** float32 values, as the benchmark's programs write them. */
export function readLogits(path: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
}
