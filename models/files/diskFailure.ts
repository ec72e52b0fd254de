import { FailureError } from '#shared/ipc/failure';
import { codeOf } from '../inference/imageStore';

/** An error of writing to `path` in the user's words where the disk is full; anything else as it is. */
export function diskFailure(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new FailureError(
    'disk-full',
    `The disk that holds ${path} is full.`,
    'Free some space, then resume: what was written before is kept.',
    { cause: error },
  );
}
