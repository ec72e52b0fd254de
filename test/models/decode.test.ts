import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeImage, encodePicture } from '#models/data/decode';
import { SAMPLE_SLIDE } from '../support/data';
import { meanDifference } from '../support/pixels';
import { temporaryFolder } from '../support/temporary';

/** Python with Pillow, made by the test set-up. */
const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const SIDE = 128;

/** Files of every kind made from a real cell by Pillow, and what Pillow itself makes of each at the working size. */
const MAKE_FILES = `
import struct, sys, numpy as np
from PIL import Image
source, out, side = sys.argv[1], sys.argv[2] + '/', int(sys.argv[3])
image = Image.open(source).convert('RGB')
image.save(out + 'rgb.png'); image.save(out + 'rgb.bmp'); image.save(out + 'rgb.tif'); image.save(out + 'rgb.webp', lossless=True)
image.save(out + 'pages.tif', save_all=True, append_images=[image.rotate(180)])
image.convert('L').save(out + 'grey.png'); image.convert('P').save(out + 'palette.png')
image.convert('CMYK').save(out + 'cmyk.jpg', quality=95)
Image.fromarray(np.asarray(image.convert('L')).astype(np.uint16) * 257).save(out + 'grey16.tif')
def rgb16(path, pixels):
    tags = [(256, 4, 1, pixels.shape[1]), (257, 4, 1, pixels.shape[0]), (258, 3, 3, 122), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 128), (277, 3, 1, 3), (278, 4, 1, pixels.shape[0]), (279, 4, 1, pixels.nbytes)]
    head = b'II*\\0' + struct.pack('<IH', 8, len(tags)) + b''.join(struct.pack('<HHII', *tag) for tag in tags) + struct.pack('<I', 0)
    open(path, 'wb').write(head + struct.pack('<HHH', 16, 16, 16) + pixels.tobytes())
rgb16(out + 'rgb16.tif', np.asarray(image).astype('<u2') * 257)
half = image.convert('RGBA'); half.putalpha(128); half.save(out + 'half.png')
turned = Image.Exif(); turned[0x0112] = 6
image.rotate(90, expand=True).save(out + 'turned.jpg', quality=95, exif=turned)
image.save(out + 'animated.gif', save_all=True, append_images=[image.rotate(180)])
Image.new('RGB', (1, 1)).save(out + 'one.png')
image.save(out + 'whole.jpg', quality=95)
for name in ('whole.jpg', 'rgb.png', 'rgb.tif', 'rgb.webp', 'rgb.bmp'):
    data = open(out + name, 'rb').read(); open(out + 'cut-' + name, 'wb').write(data[:len(data) // 2])
data = bytearray(open(out + 'rgb.png', 'rb').read()); data[16:20] = (30000).to_bytes(4, 'big'); open(out + 'bomb.png', 'wb').write(data)
open(out + 'empty.jpg', 'wb'); open(out + 'text.jpg', 'w').write('this is no image')
def reference(picture):
    scale = side / min(picture.size); size = [max(side, round(each * scale)) for each in picture.size]
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC).crop((left, top, left + side, top + side)).convert('RGB'))
reference(image).tofile(out + 'colour.raw'); reference(image.convert('L')).tofile(out + 'grey.raw')
white = Image.blend(image, Image.new('RGB', image.size, 'white'), 127 / 255); reference(white).tofile(out + 'half.raw')
`;

async function makeFiles(): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync(PYTHON, ['-c', MAKE_FILES, join(SAMPLE_SLIDE, 'LY_512098.jpg'), folder, String(SIDE)]);
  return folder;
}

describe('an image reaches the network as Pillow would bring it there', () => {
  it.each([
    ['rgb.png', 'colour', 0.6],
    ['rgb.bmp', 'colour', 0.6],
    ['rgb.tif', 'colour', 0.6],
    ['rgb.webp', 'colour', 0.6],
    ['pages.tif', 'colour', 0.6],
    ['grey.png', 'grey', 0.6],
    ['grey16.tif', 'grey', 0.6],
    ['rgb16.tif', 'colour', 0.6],
    ['half.png', 'half', 1],
    ['cmyk.jpg', 'colour', 2],
    ['turned.jpg', 'colour', 2],
    ['palette.png', 'colour', 8],
  ])('%s', async (name, reference, tolerance) => {
    const folder = await makeFiles();
    const { pixels } = await decodeImage(await readFile(join(folder, name)), SIDE);
    expect(meanDifference(pixels, await readFile(join(folder, `${reference}.raw`)))).toBeLessThan(tolerance);
  });
});

it('says of each broken file what is wrong with it', async () => {
  const folder = await makeFiles();
  const reasons: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    await decodeImage(await readFile(join(folder, name)), SIDE).catch((error: unknown) => {
      reasons[name] = error instanceof Error ? error.message : String(error);
    });
  }
  const damaged = expect.stringMatching(/cut short|damaged/) as string;
  const notRead = 'This is not an image in a format that is read: JPEG, PNG, BMP, TIFF or WebP.';
  expect(reasons).toEqual({
    'animated.gif': 'This is a GIF file; JPEG, PNG, BMP, TIFF and WebP are read.',
    'bomb.png': 'The image is 30000 x 363 px, which is too large: images of at most 10000 px a side are read.',
    'colour.raw': notRead,
    'cut-rgb.bmp': damaged,
    'cut-rgb.png': damaged,
    'cut-rgb.tif': expect.stringMatching(/cut short|damaged|not an image/) as string,
    'cut-rgb.webp': damaged,
    'cut-whole.jpg': 'The JPEG is cut short: its end is missing.',
    'empty.jpg': 'The file is empty.',
    'grey.raw': notRead,
    'half.raw': notRead,
    'one.png': 'The image is 1 x 1 px, which is too small: images of at least 32 px a side are read.',
    'text.jpg': notRead,
  });
});

it('a PNG with one byte of its pixels damaged, wherever, is refused and not read in part', async () => {
  const png = await readFile(join(await makeFiles(), 'rgb.png'));
  // The pixels stand between the first IDAT chunk's type and the last chunk (12 bytes) with the checksum before it.
  const first = png.indexOf('IDAT') + 4;
  const damage = fc.record({
    at: fc.integer({ min: first, max: png.length - 17 }),
    by: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, by }) => {
      const damaged = Buffer.from(png);
      damaged[at] = (damaged[at] ?? 0) ^ by;
      await expect(decodeImage(damaged, SIDE)).rejects.toThrow(/cut short or damaged/);
    }),
  );
});

it('a picture that a browser cannot show comes as PNG, not larger than asked', async () => {
  const folder = await makeFiles();
  const png = await encodePicture(await readFile(join(folder, 'grey16.tif')), 96);
  const { width, height } = await decodeImage(png, 32);
  expect([width, height]).toEqual([95, 96]);
});
