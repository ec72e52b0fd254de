import type { BaseDecoder, GeoTIFFImage } from 'geotiff';
import { damaged } from '../unreadable';
import { blockDecoder } from './tiffDecoders';
import type { TiffFile } from './tiffFile';
import { SAMPLES } from './tiffNames';
import { numberOf, numbersOf, TAG } from './tiffTags';

export type Values =
  Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The values of one sample in a block: every `stride`th from `first` on, row by row. */
export interface Plane {
  readonly values: Values;
  readonly stride: number;
  readonly first: number;
}

/** A strip or tile, unpacked. It may reach beyond the image's right and lower edge. */
export interface Block {
  readonly left: number;
  readonly top: number;
  /** Pixels of a row as it lies in the planes, and rows. */
  readonly width: number;
  readonly height: number;
  /** One for each sample of the colour, and one more for alpha. */
  readonly planes: readonly Plane[];
}

/** The blocks of a TIFF, one after the other; each is gone with the next. FailureError `unreadable-image` where its data are damaged. */
export async function* tiffBlocks(tiff: TiffFile): AsyncGenerator<Block> {
  const [page] = tiff.pages;
  if (!page) return;
  const decoders = await Promise.all(tiff.pages.map((each) => decoderOf(each, tiff.compression)));
  const columns = Math.ceil(tiff.width / page.getTileWidth());
  const rows = Math.ceil(tiff.height / page.getTileHeight());
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      try {
        yield await readBlock(tiff, decoders, x, y);
      } catch (error) {
        throw damaged(error);
      }
      // Unpacking runs on the thread that drives the graph: others have their turn between two blocks.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function readBlock(tiff: TiffFile, decoders: readonly BaseDecoder[], x: number, y: number): Promise<Block> {
  const [page] = tiff.pages;
  const [decoder] = decoders;
  if (!page || !decoder) throw new Error('no image');
  const width = page.getTileWidth();
  const height = page.getBlockHeight(y);
  const valuesOf = async (from: GeoTIFFImage, with_: BaseDecoder, sample: number, stride: number): Promise<Values> => {
    const { data } = await from.getTileOrStrip(x, y, sample, with_);
    const values = asValues(data, tiff, from.littleEndian);
    if (values.length < width * height * stride) throw new Error('a part of its pixels is missing');
    return values;
  };
  const samples = tiff.pages.length === 3 ? 3 : SAMPLES[tiff.colour] + (tiff.alpha === 'none' ? 0 : 1);
  const indices = Array.from({ length: samples }, (_, index) => index);
  const block = { left: x * width, top: y * page.getTileHeight(), width, height };
  if (tiff.pages.length === 3) {
    const planes = await Promise.all(
      tiff.pages.map(async (each, index) => ({
        values: await valuesOf(each, decoders[index] ?? decoder, 0, 1),
        stride: 1,
        first: 0,
      })),
    );
    return { ...block, planes };
  }
  if (page.planarConfiguration === 2) {
    const planes = await Promise.all(
      indices.map(async (sample) => ({ values: await valuesOf(page, decoder, sample, 1), stride: 1, first: 0 })),
    );
    return { ...block, planes };
  }
  const stride = page.getSamplesPerPixel();
  const values = await valuesOf(page, decoder, 0, stride);
  return { ...block, planes: indices.map((first) => ({ values, stride, first })) };
}

async function decoderOf(page: GeoTIFFImage, compression: number): Promise<BaseDecoder> {
  const tables: unknown = await page.fileDirectory.loadValue(TAG.jpegTables);
  const parameters = {
    tileWidth: page.getTileWidth(),
    tileHeight: page.getTileHeight(),
    planarConfiguration: page.planarConfiguration,
    bitsPerSample: await numbersOf(page, TAG.bitsPerSample),
    predictor: await numberOf(page, TAG.predictor, 1),
    JPEGTables: tables,
  };
  return blockDecoder(compression, parameters);
}

/** The bytes of a block as numbers. What is not of whole bytes geotiff has spread already, in this machine's order. */
function asValues(data: ArrayBufferLike, { kind, bits }: TiffFile, littleEndian: boolean): Values {
  const bytes = Buffer.from(data);
  const whole = data.byteLength - (data.byteLength % Math.ceil(bits / 8));
  if (bits <= 8) return kind === 'signed' ? new Int8Array(data) : new Uint8Array(data);
  if (bits % 8 === 0 && !littleEndian) swap(bytes.subarray(0, whole), bits);
  if (bits <= 16) return kind === 'signed' ? new Int16Array(data) : new Uint16Array(data);
  if (kind === 'fraction') return bits === 64 ? new Float64Array(data) : new Float32Array(data);
  return kind === 'signed' ? new Int32Array(data) : new Uint32Array(data);
}

function swap(bytes: Buffer, bits: number): void {
  if (bits === 16) bytes.swap16();
  else if (bits === 32) bytes.swap32();
  else bytes.swap64();
}
