import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { BaseDecoder, getDecoder } from 'geotiff';
import { COMPRESSION } from './tiffNames';

type Parameters = BaseDecoder['parameters'];

const inflateOnPool = promisify(inflate);

/** What unpacks a strip or tile. Ours stop at the size that a block may have, and are many times faster than geotiff's. */
export async function blockDecoder(compression: number, parameters: Parameters): Promise<BaseDecoder> {
  switch (compression) {
    case COMPRESSION.adobeDeflate:
    case COMPRESSION.deflate:
      return new InflateDecoder(parameters);
    case COMPRESSION.lzw:
      return new LzwDecoder(parameters);
    default:
      return getDecoder(compression, parameters);
  }
}

/** Bytes of a whole block. */
export function blockBytes({ tileWidth, tileHeight, planarConfiguration, bitsPerSample }: Parameters): number {
  const bits = typeof bitsPerSample === 'number' ? [bitsPerSample] : Array.from(bitsPerSample);
  const inPixel = planarConfiguration === 2 ? (bits[0] ?? 0) : bits.reduce((sum, each) => sum + each, 0);
  return Math.ceil((tileWidth * inPixel) / 8) * tileHeight;
}

class InflateDecoder extends BaseDecoder {
  override async decodeBlock(packed: ArrayBufferLike): Promise<ArrayBufferLike> {
    // Another program may have packed a whole strip where the image ends within it.
    const block = await inflateOnPool(new Uint8Array(packed), {
      maxOutputLength: Math.max(1, blockBytes(this.parameters)),
    });
    return Uint8Array.prototype.slice.call(block).buffer;
  }
}

class LzwDecoder extends BaseDecoder {
  override decodeBlock(packed: ArrayBufferLike): ArrayBufferLike {
    const block = new Uint8Array(blockBytes(this.parameters));
    return block.buffer.slice(0, decodeLzw(new Uint8Array(packed), block));
  }
}

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const CODES = 4096;

/** Unpacks LZW as TIFF 6.0, section 13, has it (most significant bit first, codes grow one early) until either end; gives how many bytes were written. */
function decodeLzw(packed: Uint8Array, block: Uint8Array): number {
  const prefix = new Uint16Array(CODES);
  const suffix = new Uint8Array(CODES);
  const length = new Uint16Array(CODES).fill(1);
  for (let code = 0; code < CLEAR; code++) suffix[code] = code;
  let width = 9;
  let next = FIRST;
  let previous = -1;
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const byte of packed) {
    bits = ((bits << 8) | byte) & 0xffffff;
    held += 8;
    if (held < width) continue;
    held -= width;
    const code = (bits >>> held) & ((1 << width) - 1);
    if (code === END || at >= block.length) break;
    if (code === CLEAR) {
      width = 9;
      next = FIRST;
      previous = -1;
      continue;
    }
    if (code > next || (previous < 0 && code >= CLEAR)) throw new Error('invalid code in the LZW data');
    const known = previous < 0 || code < next;
    let from = known ? code : previous;
    const end = at + (length[from] ?? 0);
    for (let to = end - 1; to > at; to--) {
      block[to] = suffix[from] ?? 0;
      from = prefix[from] ?? 0;
    }
    const first = suffix[from] ?? 0;
    block[at] = first;
    if (!known) block[end] = first;
    at = known ? end : end + 1;
    if (previous >= 0 && next < CODES) {
      prefix[next] = previous;
      suffix[next] = first;
      length[next] = (length[previous] ?? 0) + 1;
      next++;
      if (next === (1 << width) - 1 && width < 12) width++;
    }
    previous = code;
  }
  return Math.min(at, block.length);
}
