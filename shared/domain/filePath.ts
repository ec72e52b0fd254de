/**
 * Paths as text. On Linux a name is bytes and need not be UTF-8; as plain text two such names would become one, and neither could be opened.
 * Here a byte that is not UTF-8 is written `<F6>`, as pagers and editors show it: `Blutk<F6>rper.jpg`. The text is legible, can be stored,
 * and gives the same bytes again. Where a name holds such a mark itself, the mark's `<` is written `<3C>`.
 */
const MARK = /<([0-9A-F]{2})>/;
const MARKS = new RegExp(MARK, 'g');

/** The text of a path given as the system's bytes; different bytes have different texts. */
export function pathText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const character = characterAt(bytes, at);
    if (character === null) text += `\0${hex(bytes[at] ?? 0)}>`;
    else text += character.text;
    at += character?.length ?? 1;
  }
  // NUL stands in no path: meanwhile it tells the marks made here from those in names.
  return pathOf(text).replaceAll('\0', '<');
}

/** The text of a path given as ordinary text, such as one that was dropped or typed. */
export function pathOf(text: string): string {
  return text.replace(MARKS, '<3C>$1>');
}

/** The bytes of a path's text; null where it holds no mark, so that the text is the path. */
export function pathBytes(text: string): Uint8Array | null {
  if (!MARK.test(text)) return null;
  const bytes = text.split(MARKS).map((part, index) => (index % 2 === 1 ? [parseInt(part, 16)] : [...utf8(part)]));
  return Uint8Array.from(bytes.flat());
}

/** The UTF-8 character that begins at a place; null where none does. */
function characterAt(bytes: Uint8Array, at: number): { readonly text: string; readonly length: number } | null {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { text: String.fromCharCode(first), length: 1 };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  try {
    // Refuses all that is not UTF-8, and knows nothing of bytes but their hexadecimal form.
    const text = decodeURIComponent([...bytes.subarray(at, at + length)].map((byte) => `%${hex(byte)}`).join(''));
    return /^.$/su.test(text) ? { text, length } : null;
  } catch {
    return null;
  }
}

function utf8(text: string): number[] {
  const encoded = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
  return [...encoded.matchAll(/%([0-9A-F]{2})|[^%]/g)].map(([each, byte]) =>
    byte === undefined ? each.charCodeAt(0) : parseInt(byte, 16),
  );
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
