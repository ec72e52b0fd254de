import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#models/data/decode';
import { decodeFile } from '#models/data/decodeFile';
import { FolderRanges } from '#models/data/folderRanges';
import type { ValueRange } from '#shared/domain/valueRange';
import { meanDifference } from '../support/pixels';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

const FAMILY = join(import.meta.dirname, '../fixtures/tiff');
const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const SIDE = 64;

/** One picture of a cell, stored in all the ways that microscopes and their programs store it. */
describe('a TIFF shows what the picture shows, however it is stored', () => {
  it.each([
    ['bigtiff.tif', 0],
    ['float32-0-255.tif', 0],
    ['imagej-composite.tif', 0],
    ['three-gray-pages.ome.tif', 0],
    ['u16-8bit-values.tif', 0],
    ['uint32.tif', 0],
    ['zstd.tif', 0],
    // 255 is 4080 of 4095 there.
    ['u16-12bit-range.tif', 1],
    // A palette has 256 colours, and JPEG loses some.
    ['palette.tif', 1],
    ['jpeg-in-tiff.tif', 4],
  ])('%s', async (name, tolerance) => {
    const reference = await decodeImage(await readFile(join(FAMILY, 'reference.png')), SIDE);
    const { pixels } = await decodeImage(await readFile(join(FAMILY, name)), SIDE);
    expect(meanDifference(pixels, reference.pixels)).toBeLessThanOrEqual(tolerance);
  });
});

/** Writes pictures of a real cell as Pillow knows them, with what Pillow itself reads back, and TIFFs of which every tag is set by hand. */
const MAKE_FILES = `
import struct, sys, numpy as np
from PIL import Image
source, out, side = sys.argv[1], sys.argv[2] + '/', int(sys.argv[3])
image = Image.open(source).convert('RGB').resize((side, side))
pixels = np.asarray(image)
def read_back(name):
    np.asarray(Image.open(out + name).convert('RGB')).tofile(out + name + '.raw')
for name, options in (('jpeg', {'compression': 'jpeg', 'quality': 90}), ('lzw', {'compression': 'tiff_lzw'}), ('packbits', {'compression': 'packbits'}), ('deflate', {'compression': 'tiff_adobe_deflate'}), ('tiled', {'compression': 'tiff_lzw', 'tiffinfo': {322: 32, 323: 32}})):
    image.save(out + name + '.tif', **options); read_back(name + '.tif')
image.convert('CMYK').save(out + 'cmyk.tif', compression='tiff_lzw'); read_back('cmyk.tif')
image.convert('1').save(out + 'black-and-white.tif'); read_back('black-and-white.tif')
def tiff(name, values, tags, compression=1, order='<', data=None):
    data = values.astype(values.dtype.newbyteorder(order)).tobytes() if data is None else data
    samples = values.shape[2] if values.ndim == 3 else 1
    entries = {256: (4, [values.shape[1]]), 257: (4, [values.shape[0]]), 258: (3, [values.dtype.itemsize * 8] * samples), 259: (3, [compression]), 262: (3, [2 if samples > 2 else 1]), 273: (4, [0]), 277: (3, [samples]), 278: (4, [values.shape[0]]), 279: (4, [len(data)]), 339: (3, [3 if values.dtype.kind == 'f' else 2 if values.dtype.kind == 'i' else 1] * samples), **tags}
    codes = {2: 's', 3: 'H', 4: 'I', 11: 'f'}
    at = 8 + 2 + 12 * len(entries) + 4; extra = b''; table = b''
    for tag in [tag for tag, entry in entries.items() if entry is None]: del entries[tag]
    at = 8 + 2 + 12 * len(entries) + 4
    body = {}
    for tag, (kind, content) in sorted(entries.items()):
        body[tag] = content if kind == 2 else struct.pack(order + codes[kind] * len(content), *content)
    total = sum(len(each) + len(each) % 2 for each in body.values() if len(each) > 4)
    if 273 in body: body[273] = struct.pack(order + 'I', at + total)
    for tag, (kind, content) in sorted(entries.items()):
        value = body[tag]
        if len(value) > 4:
            place = struct.pack(order + 'I', at + len(extra)); extra += value + b'\\0' * (len(value) % 2)
        else: place = value.ljust(4, b'\\0')
        table += struct.pack(order + 'HHI', tag, kind, len(content)) + place
    head = (b'II' if order == '<' else b'MM') + struct.pack(order + 'HIH', 42, 8, len(entries)) + table + struct.pack(order + 'I', 0)
    open(out + name, 'wb').write(head + extra + data)
tiff('white-is-zero.tif', 255 - np.asarray(image.convert('L')), {262: (3, [0])}); read_back('white-is-zero.tif')
bits12 = pixels.astype(np.uint16) * 16
tiff('big-endian.tif', bits12, {}, order='>')
tiff('max-tag.tif', bits12 // 8, {281: (3, [511] * 3)})
tiff('default-max-tag.tif', bits12, {281: (3, [65535] * 3)})
tiff('smax-tag.tif', pixels.astype(np.float32) * 3 - 20, {340: (11, [-20.0] * 3), 341: (11, [745.0] * 3)})
tiff('ome-bits.tif', bits12, {270: (2, b'<OME><Image><Pixels SignificantBits="12" SizeC="3" DimensionOrder="XYCZT"/></Image></OME>\\0')})
tiff('imagej-range.tif', bits12 // 2, {270: (2, b'ImageJ=1.53t\\nmin=0.0\\nmax=2047.0\\n\\0')})
tiff('float01.tif', pixels.astype(np.float32) / 255, {})
tiff('jpeg2000.tif', pixels, {}, compression=34712)
tiff('lab.tif', pixels, {262: (3, [8])})
tiff('complex.tif', pixels.astype(np.uint16), {339: (3, [5] * 3)})
tiff('huge-tiles.tif', bits12, {322: (4, [2**31]), 323: (4, [2**31]), 324: (4, [300]), 325: (4, [100]), 273: None, 279: None})
tiff('cut.tif', bits12, {}, data=bits12.tobytes()[:9000])
tiff('dark.tif', bits12 // 100, {})
tiff('wide.tif', bits12, {}); tiff('narrow.tif', bits12 // 4, {})
`;

async function makeFiles(): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync(PYTHON, ['-c', MAKE_FILES, join(SAMPLE_SLIDE, 'LY_512098.jpg'), folder, String(SIDE)]);
  return folder;
}

it('packings and colours are read as Pillow reads them', async () => {
  const folder = await makeFiles();
  const differences: Record<string, number> = {};
  const names = ['jpeg', 'lzw', 'packbits', 'deflate', 'tiled', 'cmyk', 'black-and-white', 'white-is-zero'];
  for (const name of names) {
    const { pixels } = await decodeImage(readFileSync(join(folder, `${name}.tif`)), SIDE);
    differences[name] = meanDifference(pixels, readFileSync(join(folder, `${name}.tif.raw`)));
  }
  // Decoders of JPEG differ in how they spread colours over pixels.
  expect(differences).toEqual({
    ...Object.fromEntries(names.map((name) => [name, expect.closeTo(0, 0) as number])),
    jpeg: expect.closeTo(0, -0.5) as number,
  });
});

it('the range of values is what the file states', async () => {
  const folder = await makeFiles();
  const ranges: Record<string, unknown> = {};
  for (const name of ['max-tag', 'smax-tag', 'ome-bits', 'imagej-range']) {
    const { range } = await decodeImage(readFileSync(join(folder, `${name}.tif`)), SIDE);
    ranges[name] = range;
  }
  expect(ranges).toEqual({
    'max-tag': { values: '16-bit', low: 0, high: 511, from: 'file' },
    'smax-tag': { values: '32-bit fraction', low: -20, high: 745, from: 'file' },
    'ome-bits': { values: '16-bit', low: 0, high: 4095, from: 'file' },
    'imagej-range': { values: '16-bit', low: 0, high: 2047, from: 'file' },
  });
});

it('a tag that states no more than its default says nothing, and fractions up to 1 are seen as such', async () => {
  const folder = await makeFiles();
  const rangeOf = async (name: string): Promise<ValueRange | null> =>
    (await decodeImage(readFileSync(join(folder, name)), SIDE)).range;
  expect(await rangeOf('default-max-tag.tif')).toEqual({ values: '16-bit', low: 0, high: 4095, from: 'folder' });
  expect(await rangeOf('big-endian.tif')).toEqual({ values: '16-bit', low: 0, high: 4095, from: 'folder' });
  expect(await rangeOf('float01.tif')).toEqual({ values: '32-bit fraction', low: 0, high: 1, from: 'folder' });
});

describe('images of one folder that state no range', () => {
  const readAll = async (folder: string, names: readonly string[], ranges = new FolderRanges()): Promise<unknown[]> => {
    const read: unknown[] = [];
    for (const name of names) {
      await decodeFile(join(folder, name), SIDE, ({ range, pixels }) => Promise.resolve(read.push([range, pixels])), {
        ranges,
      }).catch((error: unknown) => read.push(error instanceof Error ? error.message : error));
    }
    return read;
  };
  const folderOf = async (...names: string[]): Promise<string> => {
    const made = await makeFiles();
    const folder = await temporaryFolder();
    for (const name of names) await copyFile(join(made, name), join(folder, name));
    return folder;
  };

  it('get one range, in whatever order they are read', async () => {
    const folder = await folderOf('narrow.tif', 'wide.tif');
    const forth = await readAll(folder, ['narrow.tif', 'wide.tif']);
    const back = await readAll(folder, ['wide.tif', 'narrow.tif']);
    expect(back.reverse()).toEqual(forth);
    const range = { values: '16-bit', low: 0, high: 4095, from: 'folder' };
    expect(forth).toEqual([
      [range, expect.anything()],
      [range, expect.anything()],
    ]);
  });

  it('keep the range that was found before, though the folder has changed', async () => {
    const folder = await folderOf('narrow.tif');
    const before = { values: '16-bit', low: 0, high: 4095, from: 'folder' } as const;
    const given = new FolderRanges([[folder, [before]]]);
    expect(await readAll(folder, ['narrow.tif'], given)).toEqual([[before, expect.anything()]]);
  });

  it('are never shown black: one of another range is named', async () => {
    const folder = await folderOf('dark.tif', 'wide.tif');
    const [dark] = await readAll(folder, ['dark.tif']);
    expect(dark).toMatch(/^Its values reach only \d+, those of the other 16-bit images of its folder up to 4095/);
  });
});

it('says of a TIFF that is not read what it is', async () => {
  const folder = await makeFiles();
  const reasons: Record<string, string> = {};
  for (const name of ['jpeg2000', 'lab', 'complex', 'huge-tiles', 'cut']) {
    await decodeImage(readFileSync(join(folder, `${name}.tif`)), SIDE).catch((error: unknown) => {
      reasons[name] = error instanceof Error ? error.message : String(error);
    });
  }
  expect(reasons).toEqual({
    jpeg2000: 'The TIFF is compressed with JPEG 2000, which is not read.',
    lab: 'The TIFF’s colours are CIE L*a*b*, which are not read; grey, RGB, palette, CMYK and YCbCr are.',
    complex: 'The TIFF’s samples are of several kinds or complex numbers, which are not read.',
    'huge-tiles': 'The TIFF is damaged: its tiles would be 2147483648 x 2147483648 px.',
    cut: 'The image cannot be decoded: it is cut short or damaged (a part of its pixels is missing).',
  });
});
