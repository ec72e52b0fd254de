import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#models/data/decode';
import { exifOrientation } from '#models/data/exifOrientation';
import { meanDifference } from '../support/pixels';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const SIDE = 64;

/** Files made by Pillow, and how Pillow shows each. */
const MAKE_FILES = `
import struct, sys, numpy as np
from PIL import Image, ImageOps
source, out, side = sys.argv[1], sys.argv[2] + '/', int(sys.argv[3])
image = Image.open(source).convert('RGB').resize((side, side))
pixels = np.asarray(image)
def shown(name):
    np.asarray(ImageOps.exif_transpose(Image.open(out + name)).convert('RGB')).tofile(out + name + '.raw')
for orientation in range(9):
    exif = Image.Exif(); exif[0x0112] = orientation
    for extension, options in (('png', {'exif': exif}), ('webp', {'exif': exif, 'lossless': True}), ('jpg', {'exif': exif, 'quality': 95}), ('tif', {'tiffinfo': {274: orientation}})):
        name = 'turned-%d.%s' % (orientation, extension); image.save(out + name, **options); shown(name)
rows = np.asarray(image)[::-1, :, ::-1].tobytes()
open(out + 'os2.bmp', 'wb').write(b'BM' + struct.pack('<IHHI', 26 + len(rows), 0, 0, 26) + struct.pack('<IHHHH', 12, side, side, 1, 24) + rows); shown('os2.bmp')
image.convert('CMYK').save(out + 'cmyk.jpg', quality=95); shown('cmyk.jpg')
data = open(out + 'cmyk.jpg', 'rb').read(); at = data.index(b'\\xff\\xee'); length = struct.unpack('>H', data[at + 2:at + 4])[0]
open(out + 'cmyk-unmarked.jpg', 'wb').write(data[:at] + data[at + 2 + length:])
ycck = bytearray(data); ycck[at + 15] = 2; open(out + 'ycck.jpg', 'wb').write(ycck); shown('ycck.jpg')
Image.fromarray(np.asarray(image.convert('L')).astype(np.uint16) * 257).save(out + 'grey16.png')
Image.fromarray(np.asarray(image.convert('L')).astype(np.uint16) * 16).save(out + 'grey12.png')
np.asarray(image.convert('L').convert('RGB')).tofile(out + 'grey.raw')
image.resize((28, 28)).save(out + 'small.png')
open(out + 'zeros.bmp', 'wb').write(bytes(100000))
`;

async function makeFiles(): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync(PYTHON, ['-c', MAKE_FILES, join(SAMPLE_SLIDE, 'LY_512098.jpg'), folder, String(SIDE)]);
  return folder;
}

describe('an image is turned as its EXIF says, and one that says 0 is not turned', () => {
  // Files of 8-bit samples without loss are equal; decoders of JPEG may differ by a rounding.
  it.each([
    ['png', 0],
    ['webp', 0],
    ['tif', 0],
    ['jpg', 1],
  ])('%s', async (extension, tolerance) => {
    const folder = await makeFiles();
    for (let orientation = 0; orientation <= 8; orientation++) {
      const path = join(folder, `turned-${String(orientation)}.${extension}`);
      const { pixels } = await decodeImage(readFileSync(path), SIDE);
      expect(meanDifference(pixels, readFileSync(`${path}.raw`)), path).toBeLessThanOrEqual(tolerance);
    }
  });
});

it.each(['os2.bmp', 'cmyk.jpg', 'ycck.jpg'])('%s is shown as Pillow shows it', async (name) => {
  const folder = await makeFiles();
  const { pixels } = await decodeImage(readFileSync(join(folder, name)), SIDE);
  expect(meanDifference(pixels, readFileSync(join(folder, `${name}.raw`)))).toBeLessThan(1);
});

it('a PNG of 12 bits in 16 is as bright as the picture, not black', async () => {
  const folder = await makeFiles();
  const grey = readFileSync(join(folder, 'grey.raw'));
  for (const [name, high] of [
    ['grey12.png', 4095],
    ['grey16.png', 65_535],
  ] as const) {
    const { pixels, range } = await decodeImage(readFileSync(join(folder, name)), SIDE);
    expect(range).toEqual({ values: '16-bit', low: 0, high, from: 'folder' });
    expect(meanDifference(pixels, grey)).toBeLessThanOrEqual(1);
  }
});

it('says of an image that is not read the true reason', async () => {
  const folder = await makeFiles();
  const failureOf = async (name: string): Promise<unknown> =>
    decodeImage(readFileSync(join(folder, name)), SIDE).then(
      () => null,
      (error: unknown) => error,
    );
  expect(await failureOf('small.png')).toMatchObject({
    failure: {
      message: 'The image is 28 x 28 px, which is too small: images of at least 32 px a side are read.',
      hint: expect.stringContaining('higher magnification') as string,
    },
  });
  expect(await failureOf('cmyk-unmarked.jpg')).toMatchObject({
    failure: { message: expect.stringContaining('does not say which way they count') as string },
  });
  expect(await failureOf('zeros.bmp')).toMatchObject({
    failure: { message: 'This is not an image in a format that is read: JPEG, PNG, BMP, TIFF or WebP.' },
  });
});

it('EXIF of any bytes turns an image in one of eight ways, or not', () => {
  const heads = {
    jpg: '\xff\xd8\xff\xe1\0\x40Exif\0\0',
    png: '\x89PNG\r\n\x1a\n\0\0\0\x40eXIf',
    webp: 'RIFF\0\0\0\0WEBPEXIF\x40\0\0\0',
  };
  fc.assert(
    fc.property(fc.constantFrom('jpg', 'png', 'webp'), fc.uint8Array({ maxLength: 90 }), (extension, rest) => {
      const bytes = Buffer.concat([Buffer.from(heads[extension], 'latin1'), rest]);
      expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(exifOrientation(bytes, extension));
    }),
  );
});
