import { createHash } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#models/data/decode';
import { batchesOf, shuffled } from '#models/data/batches';
import { ImageCache } from '#models/data/imageCache';
import { readLabelled, type LabelledImage } from '#models/data/labelledImages';
import { SAMPLE_SLIDE } from '../support/data';
import { canMount, mountDisk } from '../support/mount';
import { temporaryFolder } from '../support/temporary';

const SIDE = 48;
/** Bytes of a record: hash, number, check, pixels. */
const RECORD = 40 + SIDE * SIDE * 3;

async function someImages(folder: string, count = 8): Promise<LabelledImage[]> {
  await mkdir(join(folder, 'images'), { recursive: true });
  const names = (await readdir(SAMPLE_SLIDE)).sort().slice(0, count);
  for (const name of names) await copyFile(join(SAMPLE_SLIDE, name), join(folder, 'images', name));
  const files = names.map((name) => ({ path: join(folder, 'images', name), classId: 'cell', slide: null }));
  return (await readLabelled(files, () => undefined)).images;
}

async function pixelsOf(images: readonly LabelledImage[]): Promise<Buffer> {
  const all = await Promise.all(images.map(async ({ path }) => (await decodeImage(await readFile(path), SIDE)).pixels));
  return Buffer.concat(all);
}

const cacheFile = async (folder: string): Promise<string> => join(folder, (await readdir(folder))[0] ?? '');
const nothing = (): void => undefined;

describe('the image cache', () => {
  it('decodes an image once: batches come from disk, also when the files are gone', async () => {
    const folder = await temporaryFolder();
    const images = await someImages(folder);
    const expected = await pixelsOf(images);
    const first = await ImageCache.open(join(folder, 'cache'), SIDE);
    expect(await first.fill(images, nothing)).toEqual([]);
    await first.close();
    await rm(join(folder, 'images'), { recursive: true });

    const again = await ImageCache.open(join(folder, 'cache'), SIDE);
    expect(await again.fill(images, nothing)).toEqual([]);
    expect(Buffer.from(await again.read(images)).equals(expected)).toBe(true);
    const backwards = [...images].reverse();
    const batches: LabelledImage[][] = [];
    for await (const batch of batchesOf(again, backwards, 3)) batches.push([...batch.images]);
    expect(batches.map(({ length }) => length)).toEqual([3, 3, 2]);
    expect(batches.flat()).toEqual(backwards);
    await again.close();
  });

  it('makes a record again that is torn or damaged, and names the file if it cannot', async () => {
    const folder = await temporaryFolder();
    const images = await someImages(folder);
    const expected = await pixelsOf(images);
    const first = await ImageCache.open(join(folder, 'cache'), SIDE);
    await first.fill(images, nothing);
    await first.close();
    // The last record is cut, as by a killed process; a byte of the second has changed.
    const path = await cacheFile(join(folder, 'cache'));
    expect((await stat(path)).size).toBe(8 * RECORD);
    await truncate(path, 7 * RECORD + 100);
    const file = await open(path, 'r+');
    await file.write(Buffer.from([1, 2, 3]), 0, 3, RECORD + 500);
    await file.close();

    const mended = await ImageCache.open(join(folder, 'cache'), SIDE);
    await mended.fill(images, nothing);
    expect(Buffer.from(await mended.read(images)).equals(expected)).toBe(true);
    await mended.close();
    expect((await stat(path)).size).toBe(9 * RECORD);

    const hurt = await open(path, 'r+');
    await hurt.write(Buffer.from([1, 2, 3]), 0, 3, 500);
    await hurt.close();
    const last = await ImageCache.open(join(folder, 'cache'), SIDE);
    const name = images[0]?.path ?? '';
    await rm(name);
    await expect(last.read(images)).rejects.toThrow(name);
    await last.close();
  });

  it('leaves out a file that vanished, and one that is no image any more', async () => {
    const folder = await temporaryFolder();
    const images = await someImages(folder, 3);
    await rm(images[0]?.path ?? '');
    const cache = await ImageCache.open(join(folder, 'cache'), SIDE);
    const leftOut = await cache.fill(images, nothing);
    expect(leftOut.map(({ path, failure }) => [path, failure.code])).toEqual([[images[0]?.path, 'unreadable-image']]);
    await cache.close();
  });

  it.skipIf(!canMount())('says that the disk is full, and keeps what it has', async () => {
    const folder = await temporaryFolder();
    const images = await someImages(folder);
    const expected = await pixelsOf(images.slice(0, 3));
    const small = join(folder, 'small');
    await mkdir(small);
    mountDisk(small, 'size=40k');
    const cache = await ImageCache.open(small, SIDE);
    await cache.fill(images.slice(0, 3), nothing);
    await expect(cache.fill(images, nothing)).rejects.toMatchObject({ failure: { code: 'disk-full' } });
    expect(Buffer.from(await cache.read(images.slice(0, 3))).equals(expected)).toBe(true);
    await cache.close();
  });
});

describe('the order of an epoch', () => {
  const images = Array.from({ length: 100 }, (_, index) => ({
    path: String(index),
    classId: 'c',
    slide: null,
    alike: null,
    hash: createHash('sha256').update(String(index)).digest('hex'),
  }));
  it('hangs on the seed and the epoch alone, and takes every image once', () => {
    expect(shuffled(images, 7, 3)).toEqual(shuffled(images, 7, 3));
    expect(shuffled(images, 7, 3)).not.toEqual(shuffled(images, 7, 4));
    expect(shuffled(images, 7, 3)).not.toEqual(shuffled(images, 8, 3));
    expect(new Set(shuffled(images, 7, 3))).toEqual(new Set(images));
  });
});
