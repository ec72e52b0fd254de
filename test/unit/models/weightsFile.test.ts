import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asStored, encodeWeights, readWeights, type Weights } from '#models/files/weightsFile';
import { temporaryFolder } from '../../support/temporary';

async function writtenAndRead(weights: Weights, precision: 'float32' | 'float16'): Promise<Weights> {
  const folder = await temporaryFolder();
  const hashes: Record<string, string> = {};
  for (const [name, bytes] of encodeWeights(weights, precision)) {
    await writeFile(join(folder, name), bytes);
    hashes[name] = createHash('sha256').update(bytes).digest('hex');
  }
  return readWeights(folder, hashes);
}

const arrays = fc.array(fc.float32Array({ minLength: 1, maxLength: 9, noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 5,
});

describe('weights', () => {
  it.each(['float32', 'float16'] as const)(
    'come back from a file in %s as they were said to be stored',
    async (precision) => {
      await fc.assert(
        fc.asyncProperty(arrays, async (values) => {
          const weights = new Map(values.map((data, index) => [`w${String(index)}`, { shape: [data.length], data }]));
          const read = await writtenAndRead(weights, precision);
          expect([...read]).toEqual([...asStored(weights, precision)]);
        }),
        { numRuns: 40 },
      );
    },
  );

  it('in float16 are off by a 2048th at most, halves to even, and those that it cannot hold stay float32', async () => {
    const inRange = Float32Array.of(1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 0.1, -65504, 6.1e-5);
    const beyond = Float32Array.of(70000, 0.1);
    const weights = new Map([
      ['in range', { shape: [6], data: inRange }],
      ['beyond', { shape: [2], data: beyond }],
    ]);
    const read = await writtenAndRead(weights, 'float16');
    const rounded = read.get('in range')?.data ?? new Float32Array(0);
    expect([...rounded.subarray(0, 3)]).toEqual([1, 1, 1 + 2 ** -9]);
    rounded.forEach((value, index) => {
      expect(Math.abs(value / (inRange[index] ?? NaN) - 1)).toBeLessThanOrEqual(2 ** -11);
    });
    expect(read.get('beyond')?.data).toEqual(beyond);
  });
});
