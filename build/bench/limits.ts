// The two batches that strain the program most: 100,000 small files in one folder, and 200 files of 75 MB.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { print, type Context, type Part } from './context';
import { memoryAt, watchedClassify } from './watchedJob';

const SMALL_FILES = 100_000;
const LARGE_FILES = 200;
/** Side of an RGB image of 75 MB. */
const LARGE_SIDE = 5000;

/** Prints time, memory and main's longest block of each. */
export const limits: Part = async (context) => {
  await report(context, 'small', `${String(SMALL_FILES)} small files in one folder`, smallFiles);
  await report(
    context,
    'large',
    `${String(LARGE_FILES)} TIFF files of ${String(LARGE_SIDE)} x ${String(LARGE_SIDE)} px`,
    largeFiles,
  );
};

async function report(context: Context, name: string, title: string, make: (folder: string) => void): Promise<void> {
  const folder = join(context.work, `${name} files`);
  mkdirSync(folder);
  make(folder);
  const { seconds, memory, blockedMilliseconds } = await watchedClassify(context, folder, name);
  print(
    `${title}: ${seconds.toFixed(0)} s; main was blocked for ${String(blockedMilliseconds)} ms at most; resident memory of both processes ${String(Math.round(Math.max(...memory) / 2 ** 20))} MiB at most, at 25, 50, 75 and 95 % of the time ${memoryAt(memory, [0.25, 0.5, 0.75, 0.95]).join(', ')} MiB`,
  );
  for (const used of [folder, join(context.work, name)]) rmSync(used, { recursive: true });
}

/** Different files of few kilobytes: the sample images, each with other bytes after its end. */
function smallFiles(folder: string): void {
  const samples = join(root, 'samples', 'slide');
  const images = readdirSync(samples).map((name) => readFileSync(join(samples, name)));
  for (let index = 0; index < SMALL_FILES; index++) {
    const bytes = images[index % images.length] ?? Buffer.alloc(0);
    writeFileSync(join(folder, `${String(index)}.jpg`), Buffer.concat([bytes, Buffer.from(String(index))]));
  }
}

/** Uncompressed RGB images of one colour each with a dark square in the middle. */
function largeFiles(folder: string): void {
  const header = tiffHeader(LARGE_SIDE);
  for (let index = 0; index < LARGE_FILES; index++) {
    const pixels = Buffer.alloc(LARGE_SIDE * LARGE_SIDE * 3, 200 + (index % 50));
    for (let y = LARGE_SIDE / 4; y < (LARGE_SIDE * 3) / 4; y++) {
      const from = (y * LARGE_SIDE + LARGE_SIDE / 4) * 3;
      pixels.fill(60 + index / 2, from, from + (LARGE_SIDE / 2) * 3);
    }
    pixels.writeUInt32LE(index, 0);
    writeFileSync(join(folder, `${String(index)}.tif`), Buffer.concat([header, pixels]));
  }
}

/** The head of a TIFF of one strip of 8-bit RGB that follows it (TIFF 6.0, section 6). */
function tiffHeader(side: number): Buffer {
  const SHORT = 3;
  const LONG = 4;
  const entries = 9;
  const bitsAt = 8 + 2 + entries * 12 + 4;
  const pixelsAt = bitsAt + 6;
  const fields: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, side],
    [257, LONG, 1, side],
    [258, SHORT, 3, bitsAt],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, pixelsAt],
    [277, SHORT, 1, 3],
    [278, LONG, 1, side],
    [279, LONG, 1, side * side * 3],
  ];
  const header = Buffer.alloc(pixelsAt);
  header.write('II*\0', 0, 'latin1');
  header.writeUInt32LE(8, 4);
  header.writeUInt16LE(entries, 8);
  fields.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12;
    header.writeUInt16LE(tag, at);
    header.writeUInt16LE(type, at + 2);
    header.writeUInt32LE(count, at + 4);
    if (type === SHORT && count === 1) header.writeUInt16LE(value, at + 8);
    else header.writeUInt32LE(value, at + 8);
  });
  for (const at of [0, 2, 4]) header.writeUInt16LE(8, bitsAt + at);
  return header;
}
