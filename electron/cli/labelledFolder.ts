import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { FailureError } from '#shared/domain/failure';

/** The folder of labelled images that was given. FailureError `invalid-argument` where it is a file. */
export async function labelledFolder(given: string): Promise<string> {
  const folder = resolve(given);
  const isFile = await stat(folder).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return folder;
  throw new FailureError(
    'invalid-argument',
    extname(given).toLowerCase() === '.npz'
      ? `${given} is a file of NumPy arrays: importing .npz comes with the view of data sets.`
      : `${given} is a file: labelled images are read from a folder.`,
    'Give a folder that holds one folder of images for each class.',
  );
}
