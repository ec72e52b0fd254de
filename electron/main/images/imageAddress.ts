import { join } from 'node:path';
import { pathOf } from '#shared/domain/filePath';
import { contentHashSchema, predictionIdSchema, type ContentHash } from '#shared/domain/ids';
import type { Workspace } from '../store/workspace';

/** A file that the window may see. */
export interface ServedImage {
  readonly path: string;
  readonly hash: ContentHash;
  /** Whether it lies in the image store, where nothing changes. */
  readonly isOurs: boolean;
}

/**
 * The image an address of the picture protocol stands for: `stored/<sha256>` or `predicted/<id>`. The window names a hash or a number, and the store knows the path; null for any other
 * address, and for one the store does not know.
 */
export function imageAt({ cells, predictions, images }: Workspace, address: string): ServedImage | null {
  const { host, pathname } = new URL(address);
  const name = pathname.slice(1);
  if (host === 'stored') {
    const hash = contentHashSchema.safeParse(name);
    const stored = hash.success ? cells.stored(hash.data) : null;
    return hash.success && stored !== null
      ? { path: pathOf(join(images, stored)), hash: hash.data, isOurs: true }
      : null;
  }
  if (host === 'predicted') {
    const id = /^[0-9]+$/.test(name) ? predictionIdSchema.safeParse(Number(name)) : null;
    const image = id?.success ? predictions.image(id.data) : null;
    return image && { ...image, isOurs: false };
  }
  return null;
}
