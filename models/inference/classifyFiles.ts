import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ClassifiedFile } from '#shared/compute/protocol';
import { contentHashSchema } from '#shared/domain/ids';
import { FailureError, type Failure } from '#shared/ipc/failure';
import { BATCH, type Classifier } from './classifier';
import { decodeImage, readHeader, type DecodedImage } from './decode';
import { prepareAhead, type InPreparation } from './prepareAhead';
import { codeOf, storedName, storeImage } from './imageStore';

export interface FilesToClassify {
  readonly classifier: Classifier;
  /** Folder of the content-addressed image store. */
  readonly imageStore: string;
  readonly files: readonly { readonly key: number; readonly path: string }[];
  readonly signal: AbortSignal;
  /** Takes the results of a batch; each file comes once, and is stored durably before. */
  readonly onResults: (results: ClassifiedFile[]) => void;
}

type Prepared =
  | { readonly kind: 'unreadable'; readonly key: number; readonly failure: Failure }
  | {
      readonly kind: 'decoded';
      readonly key: number;
      readonly hash: string;
      readonly stored: string;
      readonly bytes: number;
      readonly image: DecodedImage;
    };

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
  let graphMilliseconds = 0;
  const prepareFile = ({ key, path }: FilesToClassify['files'][number]): InPreparation<Prepared> =>
    prepare(key, path, classifier.card.inputSize, imageStore);
  for await (const prepared of prepareAhead(files, BATCH, prepareFile)) {
    if (signal.aborted)
      throw new FailureError('cancelled', 'The classification was stopped.', 'Start it again to go on.');
    const start = performance.now();
    const results = runGraph(classifier, prepared);
    graphMilliseconds += performance.now() - start;
    onResults(results);
  }
  return graphMilliseconds;
}

function prepare(key: number, path: string, side: number, imageStore: string): InPreparation<Prepared> {
  const read = readFile(path).then((bytes) => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const stored = storedName(hash, readHeader(bytes).extension);
    return { bytes, hash, stored, image: decodeImage(bytes, side) };
  });
  const prepared = read
    .then(async ({ bytes, hash, stored, image }): Promise<Prepared> => {
      const decoded = await image;
      await storeImage(imageStore, stored, bytes);
      return { kind: 'decoded', key, hash, stored, bytes: bytes.length, image: decoded };
    })
    .catch((error: unknown): Prepared => ({ kind: 'unreadable', key, failure: fileFailure(path, error) }));
  return { submitted: read.catch(() => undefined), prepared };
}

/** What is wrong with a file, naming it; throws what is not the file's fault. */
export function fileFailure(path: string, error: unknown): Failure {
  const name = basename(path);
  if (error instanceof FailureError) {
    if (error.failure.code !== 'unreadable-image') throw error;
    return { ...error.failure, message: `${name}: ${error.failure.message}` };
  }
  const hints: Readonly<Record<string, readonly [string, string]>> = {
    ENOENT: ['The file is gone: it was there when the folder was read.', 'Put it back and classify the folder again.'],
    EACCES: [
      'The file may not be read: the rights are missing.',
      'Ask for the right to read it, then classify the folder again.',
    ],
    EPERM: [
      'The file may not be read: the rights are missing.',
      'Ask for the right to read it, then classify the folder again.',
    ],
    EISDIR: ['This is a folder, not a file.', 'Nothing to do, unless an image of this name was expected.'],
    EIO: [
      'The disk gave an error while the file was read.',
      'Check the disk, and copy the file from its source again.',
    ],
  };
  const known = hints[codeOf(error) ?? ''];
  if (!known) throw error;
  return { code: 'unreadable-image', message: `${name}: ${known[0]}`, hint: known[1] };
}

function runGraph(classifier: Classifier, prepared: readonly Prepared[]): ClassifiedFile[] {
  const decoded = prepared.filter((each) => each.kind === 'decoded');
  const classes = classifier.card.classIds.length;
  const size = classifier.card.inputSize ** 2 * 3;
  const pixels = new Uint8Array(decoded.length * size);
  decoded.forEach((each, index) => {
    pixels.set(each.image.pixels, index * size);
  });
  const all = decoded.length > 0 ? classifier.classify(pixels, decoded.length) : new Float32Array(0);
  let row = 0;
  return prepared.map((each): ClassifiedFile => {
    if (each.kind === 'unreadable') return each;
    const probabilities = all.slice(row * classes, (row + 1) * classes);
    row++;
    const { key, stored, bytes, image } = each;
    const { width, height } = image;
    return {
      kind: 'classified',
      key,
      hash: contentHashSchema.parse(each.hash),
      stored,
      bytes,
      width,
      height,
      probabilities,
    };
  });
}
