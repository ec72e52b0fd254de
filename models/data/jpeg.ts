/** What a JPEG's markers say of it (ITU-T T.81, table B.1). */
export interface JpegMarkers {
  /** Whether the data reach the end marker. */
  readonly whole: boolean;
  /** Bits a sample; null without a frame. */
  readonly precision: number | null;
  readonly components: number;
  /** How the frame is coded. */
  readonly coding: 'Huffman' | 'arithmetic' | 'lossless';
  /** Whether Adobe's marker is there. Only it says which way the inks of CMYK count. */
  readonly adobe: boolean;
}

const ARITHMETIC = new Set([0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
const LOSSLESS = new Set([0xc3, 0xc7, 0xcb, 0xcf]);
const NO_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

/**
 * Walks the markers of a JPEG to its end. Decoders fill a cut image with grey and say nothing, so a cut file would be classified by its upper half.
 * Inside entropy-coded data FF is followed by 00 or a restart marker.
 */
export function readJpegMarkers(bytes: Uint8Array): JpegMarkers {
  let found: JpegMarkers = { whole: false, precision: null, components: 0, coding: 'Huffman', adobe: false };
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return found;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9) return { ...found, whole: true };
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker)) {
      const coding = LOSSLESS.has(marker) ? 'lossless' : ARITHMETIC.has(marker) ? 'arithmetic' : 'Huffman';
      found = { ...found, coding, precision: bytes[at + 4] ?? null, components: bytes[at + 9] ?? 0 };
    }
    if (marker === 0xee && String.fromCharCode(...bytes.subarray(at + 4, at + 9)) === 'Adobe') {
      found = { ...found, adobe: true };
    }
    at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (marker !== 0xda) continue;
    for (;;) {
      at = bytes.indexOf(0xff, at);
      if (at < 0) return found;
      const next = bytes[at + 1];
      if (next === undefined) return found;
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) break;
      at += next === 0xff ? 1 : 2;
    }
  }
  return found;
}
