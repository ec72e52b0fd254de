import { readFile } from 'node:fs/promises';
import type { Failure } from '#shared/ipc/failure';
import { fileFailure } from '../inference/classifyFiles';
import { decodeImage } from '../inference/decode';
import type { InPreparation } from '../inference/prepareAhead';
import type { LabelledImage } from './labelledImages';

/** A labelled image with its pixels, uint8 [side, side, 3] and the caller's, or with what is wrong with its file. */
export type DecodedLabelled = { readonly image: LabelledImage } & (
  { readonly pixels: Uint8Array } | { readonly failure: Failure }
);

/** Starts reading and decoding a labelled image, for `prepareAhead`. What is not the file's fault is thrown when its turn comes. */
export function decodeLabelled(image: LabelledImage, side: number): InPreparation<DecodedLabelled> {
  const read = readFile(image.path).then((bytes) => ({ decoding: decodeImage(bytes, side) }));
  const prepared = read
    .then(async ({ decoding }): Promise<DecodedLabelled> => ({ image, pixels: (await decoding).pixels }))
    .catch((error: unknown): DecodedLabelled => ({ image, failure: fileFailure(image.path, error) }));
  return { submitted: read.catch(() => undefined), prepared };
}
