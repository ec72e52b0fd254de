import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import type { EfficientNetVariant } from '../architectures/efficientNet';
import { writeWhole } from '../files/writeWhole';

/** Where Keras publishes its weights, and their MD5 (keras/src/applications/efficientnet.py): the ones without the classifier. */
const PUBLISHED = 'https://storage.googleapis.com/keras-applications';
const MD5: Readonly<Record<EfficientNetVariant, string>> = {
  b0: '50bc09e76180e00e4465e1a485ddc09d',
  b1: '74c4e6b3e1f6a1eea24c589628592432',
  b2: '111f8e2ac8aa800a7a99e3239f7bfb39',
};

interface DownloadOptions {
  /** Another server that holds the same files. */
  readonly from?: string;
  /** What the file must hash to, where it is not the published one. */
  readonly md5?: string;
  readonly onProgress?: (bytes: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/**
 * Downloads the weights that Keras publishes for a network into a folder (made where it is missing), and gives the file's path; it is there only once its MD5 is right.
 * FailureError `unavailable` where the server is out of reach or answers with an error, `model-invalid` where what came is another file, `cancelled` where `signal` stops it.
 */
export async function downloadKerasWeights(
  variant: EfficientNetVariant,
  folder: string,
  options: DownloadOptions = {},
): Promise<string> {
  const { from = PUBLISHED, md5 = MD5[variant], onProgress, signal } = options;
  const name = `efficientnet${variant}_notop.h5`;
  const url = `${from}/${name}`;
  const path = join(folder, name);
  const body = await request(url, signal);
  const hash = createHash('md5');
  let bytes = 0;
  await writeWhole(path, folder, async (file) => {
    for await (const chunk of chunks(url, body.stream, signal)) {
      hash.update(chunk);
      await file.writeFile(chunk);
      bytes += chunk.length;
      onProgress?.(bytes, body.total);
    }
    const got = hash.digest('hex');
    if (got !== md5) {
      throw new FailureError(
        'model-invalid',
        `What came from ${url} is not the published file: its MD5 is ${got}, not ${md5}.`,
        'Try again later, or choose a file from another source.',
      );
    }
  });
  return path;
}

interface Body {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly total: number | null;
}

async function request(url: string, signal: AbortSignal | undefined): Promise<Body> {
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (error) {
    throw unreachable(url, error, signal);
  }
  if (!response.ok || !response.body) throw unreachable(url, new Error(`answer ${String(response.status)}`), signal);
  const length = response.headers.get('content-length');
  return { stream: response.body, total: length === null ? null : Number(length) };
}

/** The body as it comes; a connection that breaks is told like one that never was. */
async function* chunks(
  url: string,
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw unreachable(url, error, signal);
  }
}

function unreachable(url: string, error: unknown, signal: AbortSignal | undefined): FailureError {
  if (signal?.aborted) return new FailureError('cancelled', 'The download was stopped.', 'Start it again when you like.');
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new FailureError(
    'unavailable',
    `${url} cannot be reached (${cause}).`,
    'Check the network; or download that file on another computer and choose it here.',
    { cause: error },
  );
}
