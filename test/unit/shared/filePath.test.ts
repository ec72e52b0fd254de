import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pathBytes, pathOf, pathText } from '#shared/domain/filePath';

const bytesOf = (text: string): Uint8Array => pathBytes(text) ?? new TextEncoder().encode(text);

/** Bytes as they stand in paths: any but NUL, often those of letters, marks and broken UTF-8. */
const path = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(...Buffer.from('<F6>3Cé/🩸'))), { maxLength: 40 })
  .map((bytes) => Uint8Array.from(bytes));

it('a name that is not UTF-8 is shown with the bytes that are not', () => {
  expect(pathText(Buffer.from('slide/Blutk\xf6rper 1.jpg', 'latin1'))).toBe('slide/Blutk<F6>rper 1.jpg');
  expect(pathText(Buffer.from('Blutkörper 🩸.jpg'))).toBe('Blutkörper 🩸.jpg');
  expect(pathText(Buffer.from('a<F6>.jpg'))).toBe('a<3C>F6>.jpg');
});

it('the text of any path gives the same bytes again', () => {
  fc.assert(
    fc.property(path, (bytes) => {
      expect([...bytesOf(pathText(bytes))]).toEqual([...bytes]);
    }),
    { numRuns: 2000 },
  );
});

it('a path that is UTF-8 and holds no mark is its own text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const plain = text.replaceAll('<', '').replaceAll('\0', '');
      expect(pathText(new TextEncoder().encode(plain))).toBe(plain);
      expect(pathBytes(plain)).toBeNull();
      expect(pathOf(plain)).toBe(plain);
    }),
  );
});

it('a path that was typed has the text that its folder’s listing gives it', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[<>0-9A-Fé/]*$/), (text) => {
      expect(pathOf(text)).toBe(pathText(new TextEncoder().encode(text)));
    }),
  );
});
