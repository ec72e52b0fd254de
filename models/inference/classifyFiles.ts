import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { ClassifiedFile } from '#shared/compute/protocol';
import { contentHashSchema } from '#shared/domain/ids';
import type { Unlike } from '#shared/domain/unlike';
import { FailureError, type Failure } from '#shared/domain/failure';
import type { ValueRange } from '#shared/domain/valueRange';
import type { Classified, Classifier } from './classifier';
import { looksLikeField } from './wholeField';
import { decodeFile } from '../data/decodeFile';
import { FolderRanges } from '../data/folderRanges';
import { fileFailure } from '../files/systemErrors';
import { storedName, storeImage } from '../data/imageStore';
import { allSettledOrThrow, prepareAhead } from '../data/prepareAhead';

export interface FilesToClassify {
  readonly classifier: Classifier;
  /** Folder of the content-addressed image store. */
  readonly imageStore: string;
  /** `ranges`: those of its slide's deep images that were found before. */
  readonly files: readonly {
    readonly key: number;
    readonly path: string;
    readonly ranges?: readonly ValueRange[];
  }[];
  readonly signal: AbortSignal;
  /** Takes the results of a batch; each file comes once, and is stored durably before. */
  readonly onResults: (results: ClassifiedFile[]) => void;
}

/** A file that was read, decoded and stored; its pixels lie in its row of the batch. */
type Prepared =
  | { readonly kind: 'unreadable'; readonly key: number; readonly failure: Failure }
  | Omit<Extract<ClassifiedFile, { kind: 'classified' }>, keyof Classified>;

interface PreparedBatch {
  readonly files: readonly Prepared[];
  /** RGB bytes [files, side, side, 3]; the row of an unreadable file means nothing. */
  readonly pixels: Uint8Array;
}

/**
 * Classifies files: reading, hashing, decoding and storing run on the thread pool ahead of the graph. Gives the milliseconds that the graph ran.
 * An unreadable file is a result of its own; FailureError `disk-full`, `read-only` (the store) or `cancelled` (the signal, between batches) ends it.
 */
export async function classifyFiles({
  classifier,
  imageStore,
  files,
  signal,
  onResults,
}: FilesToClassify): Promise<number> {
  const side = classifier.card.inputSize;
  const ranges = new FolderRanges(
    files.map(
      ({ path, ranges: found }) => [dirname(path), (found ?? []).filter(({ from }) => from === 'folder')] as const,
    ),
  );
  let graphMilliseconds = 0;
  for await (const batch of prepareAhead(files, classifier.batch, side * side * 3, (portion) =>
    prepareBatch(portion, side, { imageStore, ranges, signal }),
  )) {
    if (signal.aborted)
      throw new FailureError('cancelled', 'The classification was stopped.', 'Start it again to go on.');
    const start = performance.now();
    const classified = classifier.classify(batch.pixels, batch.files.length);
    graphMilliseconds += performance.now() - start;
    onResults(
      classified.flatMap((each, row): ClassifiedFile[] => {
        const file = batch.files[row];
        if (!file) return [];
        if (file.kind === 'unreadable') return [file];
        const image = batch.pixels.subarray(row * side ** 2 * 3, (row + 1) * side ** 2 * 3);
        return [{ ...file, ...each, unlike: withField(each.unlike, image, side, file) }];
      }),
    );
  }
  return graphMilliseconds;
}

/** The reasons with `field` among them where the picture is strange as it is and looks like one. */
function withField(
  unlike: readonly Unlike[],
  pixels: Uint8Array,
  side: number,
  size: { readonly width: number; readonly height: number },
): readonly Unlike[] {
  const isStrange = unlike.includes('picture') && !unlike.includes('swapped');
  return isStrange && looksLikeField(pixels, side, size) ? [...unlike, 'field'] : unlike;
}

interface Preparing {
  readonly imageStore: string;
  readonly ranges: FolderRanges;
  readonly signal: AbortSignal;
}

async function prepareBatch(
  files: FilesToClassify['files'],
  side: number,
  preparing: Preparing,
): Promise<PreparedBatch> {
  const row = side * side * 3;
  const pixels = new Uint8Array(files.length * row);
  const prepared = files.map((file, index) =>
    prepareFile(file, side, pixels.subarray(index * row, (index + 1) * row), preparing),
  );
  return { files: await allSettledOrThrow(prepared), pixels };
}

async function prepareFile(
  { key, path }: FilesToClassify['files'][number],
  side: number,
  pixels: Uint8Array,
  { imageStore, ranges, signal }: Preparing,
): Promise<Prepared> {
  try {
    return await decodeFile(
      path,
      side,
      async ({ extension, width, height, range }, bytes) => {
        const hash = contentHashSchema.parse(createHash('sha256').update(bytes).digest('hex'));
        const stored = storedName(hash, extension);
        await storeImage(imageStore, stored, bytes);
        return { kind: 'classified', key, hash, stored, bytes: bytes.length, width, height, range };
      },
      { pixels, ranges, signal },
    );
  } catch (error) {
    return { kind: 'unreadable', key, failure: fileFailure(path, error) };
  }
}
