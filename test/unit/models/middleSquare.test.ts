import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyMiddleSquare } from '#models/data/middleSquare';

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly side: number;
  readonly rgba: Uint8Array;
}

/** Pictures whose shorter side is `side`, as resizing leaves them: opaque, nearly opaque, or of any alpha. */
const pictures = fc
  .record({
    side: fc.integer({ min: 1, max: 24 }),
    longer: fc.integer({ min: 0, max: 7 }),
    upright: fc.boolean(),
    alphas: fc.constantFrom(
      fc.constant(255),
      fc.constantFrom(255, 255, 255, 255, 255, 255, 254),
      fc.integer({ min: 0, max: 255 }),
    ),
  })
  .chain(({ side, longer, upright, alphas }) => {
    const [width, height] = upright ? [side, side + longer] : [side + longer, side];
    const byte = fc.integer({ min: 0, max: 255 });
    return fc
      .array(fc.tuple(byte, byte, byte, alphas), { minLength: width * height, maxLength: width * height })
      .map((pixels): Picture => ({ width, height, side, rgba: Uint8Array.from(pixels.flat()) }));
  });

/** The definition, a channel at a time. */
function definition({ width, height, side, rgba }: Picture): number[] {
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  return Array.from({ length: side * side * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    const at = ((top + Math.floor(pixel / side)) * width + left + (pixel % side)) * 4;
    const value = rgba[at + (index % 3)] ?? NaN;
    const alpha = rgba[at + 3] ?? NaN;
    return Math.round((value * alpha) / 255 + 255 - alpha);
  });
}

/** The same bytes, `offset` bytes into a buffer. */
function shifted(bytes: Uint8Array, offset: number): Uint8Array {
  const buffer = new Uint8Array(offset + bytes.length);
  buffer.set(bytes, offset);
  return buffer.subarray(offset);
}

describe('the middle square of an image', () => {
  it('is, to the bit, its pixels over white, whatever its sides, its alpha and where its bytes lie', () => {
    const offset = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(pictures, offset, offset, (picture, from, to) => {
        const { width, height, side, rgba } = picture;
        const pixels = shifted(new Uint8Array(side * side * 3), to);
        copyMiddleSquare(shifted(rgba, from), { width, height }, side, pixels);
        expect([...pixels]).toEqual(definition(picture));
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the rows of a batch beside its own as they are', () => {
    const side = 8;
    const row = side * side * 3;
    const batch = new Uint8Array(3 * row).fill(7);
    copyMiddleSquare(
      new Uint8Array(side * side * 4).fill(255),
      { width: side, height: side },
      side,
      batch.subarray(row, 2 * row),
    );
    expect(batch.subarray(0, row).every((value) => value === 7)).toBe(true);
    expect(batch.subarray(row, 2 * row).every((value) => value === 255)).toBe(true);
    expect(batch.subarray(2 * row).every((value) => value === 7)).toBe(true);
  });
});
