import type { Failure } from '#shared/domain/failure';
import { fileFailure } from '../files/systemErrors';
import { decodeImage, type DecodedImage } from './decode';
import type { LabelledImage } from './labelledImages';
import { readImageFile } from './readImageFile';

/** A labelled image with its pixels, uint8 [side, side, 3] and the caller's, or with what is wrong with its file. */
export type DecodedLabelled = { readonly image: LabelledImage } & (DecodedImage | { readonly failure: Failure });

/** Reads and decodes a labelled image. Throws what is not the file's fault. */
export async function decodeLabelled(
  image: LabelledImage,
  side: number,
  signal?: AbortSignal,
): Promise<DecodedLabelled> {
  try {
    const decoded = await readImageFile(
      image.path,
      (bytes) => decodeImage(bytes, side, { range: image.range, signal }),
      { signal },
    );
    return { image, ...decoded };
  } catch (error) {
    return { image, failure: fileFailure(image.path, error) };
  }
}
