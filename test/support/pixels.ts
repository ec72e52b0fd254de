import { expect } from 'vitest';

/** Mean difference of two arrays of bytes of one length. */
export function meanDifference(left: Uint8Array, right: Uint8Array): number {
  expect(left).toHaveLength(right.length);
  return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? 0)), 0) / left.length;
}
