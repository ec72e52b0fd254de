import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeRange, rangeOfBits, smallestRange } from '#shared/domain/valueRange';

it('the range of a folder is the smallest usual one that holds its largest value', () => {
  const high = (largest: number): number => smallestRange('16-bit', largest).high;
  expect([0, 255, 256, 1023, 4080, 4096, 16_383, 16_384, 65_535].map(high)).toEqual([
    255, 255, 1023, 1023, 4095, 16_383, 16_383, 65_535, 65_535,
  ]);
  expect(smallestRange('32-bit fraction', 0.9)).toEqual({ values: '32-bit fraction', low: 0, high: 1, from: 'folder' });
  expect(smallestRange('32-bit fraction', 254.5).high).toBe(255);
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (largest) => {
      expect(smallestRange('64-bit fraction', largest).high).toBeGreaterThanOrEqual(Math.floor(largest));
    }),
  );
});

it('a range is said in words, with who says so', () => {
  expect(describeRange(rangeOfBits('16-bit', 12, 'file'))).toBe(
    '16-bit images: values from 0 to 4095 are shown from black to white, as the files state.',
  );
  expect(describeRange(smallestRange('16-bit', 4080))).toBe(
    '16-bit images: values from 0 to 4095 are shown from black to white, the smallest usual range that holds those of all such images of the folder; the files state none.',
  );
});
