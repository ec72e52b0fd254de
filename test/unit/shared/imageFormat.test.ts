import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMAT_BYTES, imageFormat, unreadFormatOf } from '#shared/domain/imageFormat';
import { SAMPLE_SLIDE } from '../../support/data';

/** What a file of these first bytes is called; null where it is not a picture. */
function nameOf(text: string): string | null {
  return imageFormat(Buffer.from(text, 'latin1'))?.name ?? null;
}

const BITMAP = (size: string): string => `BM\x1a\x30\0\0\0\0\0\0\x1a\0\0\0${size}\0\0\0`;

describe('a file’s first bytes say its format, whatever its name', () => {
  it.each([
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'JPEG'],
    ['\xff\xd8\xff\xdb\0\x43', 'JPEG'],
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'PNG'],
    ['II*\0\x08\0\0\0', 'TIFF'],
    ['MM\0*\0\0\0\x08', 'TIFF'],
    ['II+\0\x08\0\0\0', 'TIFF'],
    ['MM\0+\0\x08\0\0', 'TIFF'],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'WebP'],
    [BITMAP('\x0c'), 'BMP'],
    [BITMAP('\x28'), 'BMP'],
    [BITMAP('\x7c'), 'BMP'],
    ['GIF89a', 'GIF'],
    ['\xff\x0a\xfa\x1f', 'JPEG XL'],
    ['\0\0\0\x0cJXL \r\n\x87\n', 'JPEG XL'],
    ['\0\0\0\x0cjP  \r\n\x87\n', 'JPEG 2000'],
    ['\0\0\0\x20ftypavif', 'AVIF'],
    ['\0\0\0\x18ftypheic', 'HEIC'],
    ['\0\0\0\x18ftypmif1', 'HEIC'],
    [`${'\0'.repeat(128)}DICM`, 'DICOM'],
    ['ZISRAWFILE\0\0', 'Zeiss CZI'],
    ['\xda\xce\xbe\x0a\0\0', 'Nikon ND2'],
    ['8BPS\0\x01', 'Photoshop'],
    ['%PDF-1.7', 'PDF'],
  ])('%j is %s', (head, name) => {
    expect(nameOf(head)).toBe(name);
  });

  it.each([
    '',
    'II',
    'BM',
    'BMI of the patients, by ward: 23, 25, 31',
    'RIFF\x24\0\0\0WAVEfmt ',
    'RIFF',
    'name,label\nLY_1.png,lymphocyte\n',
    '\0'.repeat(FORMAT_BYTES),
    'PK\x03\x04',
  ])('%j is not a picture', (head) => {
    expect(nameOf(head)).toBeNull();
  });
});

it('no more than the bytes asked for are looked at, and any bytes are answered', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(imageFormat(bytes)).toEqual(imageFormat(bytes.subarray(0, FORMAT_BYTES)));
    }),
  );
});

it('a real cell is read from its place within a larger buffer', () => {
  const bytes = readFileSync(join(SAMPLE_SLIDE, 'LY_512098.jpg'));
  const within = Buffer.concat([Buffer.alloc(7), bytes]).subarray(7);
  expect(imageFormat(within)).toEqual({ kind: 'read', name: 'JPEG', extension: 'jpg' });
});

it('pictures that are not read are named by their extension, in any case', () => {
  const named = ['a.jxl', 'b.DCM', 'c.czi', 'd.svs', 'e.ndpi', 'f.Mrxs', 'g.nd2', 'h.lif', 'i.vsi', 'j.scn', 'k.heic'];
  expect(named.map(unreadFormatOf)).toEqual([
    'JPEG XL',
    'DICOM',
    'Zeiss CZI',
    'Aperio SVS',
    'Hamamatsu NDPI',
    'Mirax MRXS',
    'Nikon ND2',
    'Leica LIF',
    'Olympus VSI',
    'Leica SCN',
    'HEIC',
  ]);
  expect(['a.jpg', 'b.JFIF', 'IMG_0001', 'c.tif', 'd.ome.tif', 'e.txt', 'czi', 'f.'].map(unreadFormatOf)).toEqual(
    new Array(8).fill(null),
  );
});
