import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UNFINISHED } from '#shared/domain/unfinished';
import { writeFailure } from '#shared/domain/writeFailure';
import { codeOf } from '../files/systemErrors';
import { writeWhole } from '../files/writeWhole';

/** Name of an image in the store, `ab/<sha256>.<extension>`. */
export function storedName(hash: string, extension: string): string {
  return `${hash.slice(0, 2)}/${hash}.${extension}`;
}

/**
 * Puts an image's bytes into the content-addressed store, whole and durably. One that is there whole already is left alone.
 * FailureError as writeFailure: the store, not the image, is at fault.
 */
export async function storeImage(store: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(store, name);
  try {
    if ((await stat(path)).size === bytes.length) return;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw writeFailure(path, error);
  }
  await writeWhole(path, join(store, UNFINISHED), (file) => file.writeFile(bytes));
}
