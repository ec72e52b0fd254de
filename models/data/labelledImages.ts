import { createHash } from 'node:crypto';
import type { LabelledFile, LeftOutFile } from '#shared/compute/protocol';
import { FailureError } from '#shared/domain/failure';
import type { ValueRange } from '#shared/domain/valueRange';
import { fileFailure } from '../files/systemErrors';
import { FolderRanges } from './folderRanges';
import { openImage } from './imageHeader';
import { allSettledOrThrow, prepareAhead } from './prepareAhead';
import { readImageFile } from './readImageFile';

/** A file with a label whose header was read. */
export interface LabelledImage extends LabelledFile {
  readonly hash: string;
  /** Shared by images that are nearly the same picture; null where no other is known. */
  readonly alike: string | null;
  /** Which of its values are black and white, where more than 8 bits (or fractions) leave it in doubt. */
  readonly range?: ValueRange;
}

export interface LabelledImages {
  readonly images: LabelledImage[];
  readonly leftOut: LeftOutFile[];
}

const FILES_AT_ONCE = 32;

/**
 * Hashes labelled files and leaves out, with the reason, what cannot be read, copies of an image within its class, and images that stand in two classes (either label may be wrong).
 * `onDone` is called as files are done and may throw to stop; the signal ends a reading that hangs.
 */
export async function readLabelled(
  files: readonly LabelledFile[],
  onDone: (done: number) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<LabelledImages> {
  const ranges = new FolderRanges();
  const leftOut: LeftOutFile[] = [];
  const byHash = new Map<string, LabelledImage[]>();
  let done = 0;
  const hashFile = async (file: LabelledFile): Promise<LabelledImage | LeftOutFile> => {
    try {
      const { hash, deep } = await readImageFile(
        file.path,
        async (bytes) => ({ ...(await openImage(bytes)), hash: createHash('sha256').update(bytes).digest('hex') }),
        { signal },
      );
      const range = deep && (deep.stated ?? (await ranges.find(file.path, { signal })).get(deep.values) ?? null);
      return { ...file, hash, alike: null, ...(range && { range }) };
    } catch (error) {
      return { path: file.path, failure: fileFailure(file.path, error) };
    }
  };
  for await (const batch of prepareAhead(files, FILES_AT_ONCE, 0, (portion) =>
    allSettledOrThrow(portion.map(hashFile)),
  )) {
    for (const each of batch) {
      if ('failure' in each) leftOut.push(each);
      else byHash.set(each.hash, [...(byHash.get(each.hash) ?? []), each]);
    }
    done += batch.length;
    await onDone(done);
  }
  const images: LabelledImage[] = [];
  for (const same of byHash.values()) {
    const [first, ...copies] = same;
    if (!first) continue;
    const other = copies.find((each) => each.classId !== first.classId);
    if (other) {
      const message = `This image stands in two classes, ${first.classId} and ${other.classId}.`;
      leftOut.push(
        ...same.map(({ path }) => ({ path, failure: leave(message, 'Keep it in the class it belongs to.') })),
      );
      continue;
    }
    images.push(first);
    leftOut.push(
      ...copies.map(({ path }) => ({
        path,
        failure: leave(`This is the same image as ${first.path}.`, 'Nothing to do: it is used once.'),
      })),
    );
  }
  return { images, leftOut };
}

/** What an image's pixels are kept under, as a SHA-256: its content, and the range of its values where it has one. */
export function pixelsKeyOf({ hash, range }: LabelledImage): string {
  if (!range) return hash;
  return createHash('sha256')
    .update(`${hash} ${String(range.low)} ${String(range.high)}`)
    .digest('hex');
}

/** SHA-256 over the sorted lines `<class> <sha256 of file>`: the same images with the same labels give the same hash. */
export function dataHash(images: readonly { readonly classId: string; readonly hash: string }[]): string {
  const lines = images.map(({ classId, hash }) => `${classId} ${hash}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function leave(message: string, hint: string): LeftOutFile['failure'] {
  return new FailureError('invalid-argument', message, hint).failure;
}
