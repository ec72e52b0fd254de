import { basename } from 'node:path';
import { FailureError, type Failure } from '#shared/domain/failure';

/** The system's code of a failed file operation, such as ENOENT. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
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
