import { Transformer } from '@napi-rs/image';
import type { ValueRange } from '#shared/domain/valueRange';

/** A PNG of 16 bits as 8, by the range of its values. The native decoder would take the upper bits of each, whatever they hold. */
export async function pngPixels(png: Uint8Array, { low, high }: ValueRange): Promise<Transformer> {
  const { width, height } = await new Transformer(png).metadata();
  const values = await valuesOf(png);
  const channels = values.length / (width * height);
  const scale = 255 / (high - low);
  const rgba = new Uint8ClampedArray(width * height * 4);
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels % 2 === 0;
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[to + channel] = ((values[from + (colours === 1 ? 0 : channel)] ?? 0) - low) * scale;
    }
    rgba[to + 3] = hasAlpha ? (values[from + colours] ?? 0) / 257 : 255;
  }
  return Transformer.fromRgbaPixels(rgba, width, height);
}

/** The largest of its values, opacity aside. */
export async function largestPngValue(png: Uint8Array): Promise<number> {
  const { width, height } = await new Transformer(png).metadata();
  const values = await valuesOf(png);
  const channels = values.length / (width * height);
  const colours = channels % 2 === 0 ? channels - 1 : channels;
  let largest = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (at % channels < colours && value > largest) largest = value;
  }
  return largest;
}

async function valuesOf(png: Uint8Array): Promise<Uint16Array> {
  const raw = await new Transformer(png).rawPixels();
  return new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
}
