import { readFile } from 'node:fs/promises';
import type { Failure } from '#shared/domain/failure';
import { diskPath } from '../files/diskPath';
import { fileFailure } from '../files/systemErrors';
import { decodeImage, type DecodedImage } from './decode';
import type { LabelledImage } from './labelledImages';

/** A labelled image with its pixels, uint8 [side, side, 3] and the caller's, or with what is wrong with its file. */
export type DecodedLabelled = { readonly image: LabelledImage } & (DecodedImage | { readonly failure: Failure });

/** Reads and decodes a labelled image. Throws what is not the file's fault. */
export async function decodeLabelled(image: LabelledImage, side: number): Promise<DecodedLabelled> {
  try {
    return { image, ...(await decodeImage(await readFile(diskPath(image.path)), side)) };
  } catch (error) {
    return { image, failure: fileFailure(image.path, error) };
  }
}
