import { join } from 'node:path';
import type { DecodedImage } from '../data/decode';
import { decodeLabelled } from '../data/decodeLabelled';
import { pixelsKeyOf, type LabelledImage } from '../data/labelledImages';
import { allSettledOrThrow, prepareAhead } from '../data/prepareAhead';
import { RecordFile } from '../data/recordFile';
import { FINGERPRINT_WORDS, fingerprintOf } from './fingerprint';

/** What is known of a picture before anything is learned from it. */
export interface PictureFacts {
  /** Null where the picture is too plain to be compared. */
  readonly fingerprint: Uint32Array | null;
  /** As in `ImageHeader`: jpg, png, ... */
  readonly format: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Median of the border, RGB bytes. */
  readonly background: readonly [number, number, number];
}

/** Pictures are looked at with this side, pixels: hashes of 17 x 16 patches need no more. */
const SIDE = 64;
const AT_ONCE = 32;

const FORMATS = ['jpg', 'png', 'bmp', 'tif', 'webp'];

/** Fingerprint, then width and height (uint16), format, whether there is a fingerprint, background (bytes), padding. */
const HASH_BYTES = FINGERPRINT_WORDS * 4;
const RECORD_BYTES = HASH_BYTES + 12;

/**
 * The facts of images, in their order; null for one that cannot be decoded. Each is decoded once, and its facts kept in `folder` by content.
 * `onDone` counts images and may throw to stop. FailureError `disk-full`.
 */
export async function readFacts(
  images: readonly LabelledImage[],
  folder: string,
  onDone: (done: number) => void | Promise<void>,
): Promise<(PictureFacts | null)[]> {
  const records = await RecordFile.open(join(folder, `${String(SIDE)}px.facts`), RECORD_BYTES);
  try {
    const missing = images.filter((image) => !records.has(keyOf(image)));
    let done = images.length - missing.length;
    await onDone(done);
    for await (const batch of prepareAhead(missing, AT_ONCE, SIDE * SIDE * 3, (chunk) =>
      allSettledOrThrow(chunk.map((image) => decodeLabelled(image, SIDE))),
    )) {
      const decoded = batch.flatMap((each) => ('pixels' in each ? [each] : []));
      const bodies = Buffer.alloc(decoded.length * RECORD_BYTES);
      decoded.forEach((each, index) => {
        write(factsOf(each), bodies.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES));
      });
      await records.append(
        decoded.map(({ image }) => keyOf(image)),
        bodies,
      );
      done += batch.length;
      await onDone(done);
    }
    const facts: (PictureFacts | null)[] = [];
    for (const image of images) {
      const body = await records.read(keyOf(image));
      facts.push(body && read(body));
    }
    return facts;
  } finally {
    await records.close();
  }
}

function factsOf({ pixels, extension, width, height }: DecodedImage): PictureFacts {
  return { fingerprint: fingerprintOf(pixels, SIDE), format: extension, width, height, background: borderOf(pixels) };
}

function borderOf(pixels: Uint8Array): [number, number, number] {
  const edge = Array.from({ length: SIDE }, (_, at) => [at, (SIDE - 1) * SIDE + at, at * SIDE, at * SIDE + SIDE - 1]);
  const median = (channel: number): number => {
    const values = Uint8Array.from(edge.flat(), (at) => pixels[3 * at + channel] ?? 0).sort();
    return values[values.length >> 1] ?? 0;
  };
  return [median(0), median(1), median(2)];
}

function write({ fingerprint, format, width, height, background }: PictureFacts, body: Buffer): void {
  fingerprint?.forEach((word, index) => body.writeUInt32LE(word, index * 4));
  body.writeUInt16LE(width, HASH_BYTES);
  body.writeUInt16LE(height, HASH_BYTES + 2);
  body.set([FORMATS.indexOf(format), fingerprint ? 1 : 0, ...background], HASH_BYTES + 4);
}

function read(body: Buffer): PictureFacts {
  const [format = 0, isKnown = 0, red = 0, green = 0, blue = 0] = body.subarray(HASH_BYTES + 4);
  return {
    fingerprint:
      isKnown === 1
        ? Uint32Array.from({ length: FINGERPRINT_WORDS }, (_, index) => body.readUInt32LE(index * 4))
        : null,
    format: FORMATS[format] ?? '',
    width: body.readUInt16LE(HASH_BYTES),
    height: body.readUInt16LE(HASH_BYTES + 2),
    background: [red, green, blue],
  };
}

function keyOf(image: LabelledImage): { hash: string; view: number } {
  return { hash: pixelsKeyOf(image), view: 0 };
}
