import { basename } from 'node:path';
import { FailureError, type Failure } from '#shared/domain/failure';

/** The system's code of a failed file operation, such as ENOENT. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The machine's own troubles, which no file is to blame for: out of open files or of memory. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

const RIGHTS = [
  'The file may not be read: the rights are missing.',
  'Ask for the right to read it, then classify the folder again.',
] as const;
const DRIVE = 'Check the connection to the drive, then classify the folder again.';

/** What the system's codes mean for a file that is to be read, and what to do. */
const MEANINGS: Readonly<Record<string, readonly [meaning: string, hint: string]>> = {
  ENOENT: ['The file is gone: it was there when the folder was read.', 'Put it back and classify the folder again.'],
  ENOTDIR: [
    'A folder on the way to the file is none: it was replaced by a file, or a link leads to one.',
    'Put the folder back, or mend the link, and classify the folder again.',
  ],
  ELOOP: ['The file is a link that leads back to itself.', 'Make the link anew, or put the image itself here.'],
  ENAMETOOLONG: [
    'The path of the file is too long for this system.',
    'Move the folder nearer to the top of the drive.',
  ],
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EISDIR: ['This is a folder, not a file.', 'Nothing to do, unless an image of this name was expected.'],
  EBUSY: ['Another program holds the file.', 'Close the program that uses it, then classify the folder again.'],
  EIO: ['The disk gave an error while the file was read.', 'Check the disk, and copy the file from its source again.'],
  ETIMEDOUT: ['The drive did not answer in time.', DRIVE],
  ESTALE: ['The network drive has lost the file: it was moved or replaced while it was in use.', DRIVE],
  EHOSTDOWN: ['The computer that holds the file does not answer.', DRIVE],
  EHOSTUNREACH: ['The computer that holds the file cannot be reached.', DRIVE],
  ENOTCONN: ['The network drive is not connected.', DRIVE],
  ENODEV: ['The drive that holds the file is gone.', DRIVE],
  ENXIO: ['This is a socket or a device, not a file.', 'Nothing to do, unless an image of this name was expected.'],
};

/** What is wrong with a file, naming it and the true reason; throws what is not the file's fault. */
export function fileFailure(path: string, error: unknown): Failure {
  const name = basename(path);
  if (error instanceof FailureError) {
    if (error.failure.code !== 'unreadable-image') throw error;
    return { ...error.failure, message: `${name}: ${error.failure.message}` };
  }
  const code = codeOf(error);
  // Only the system's errors have a name of a call; a bug in this program has none.
  if (code === null || !(error instanceof Error) || !('syscall' in error) || OF_THE_MACHINE.has(code)) throw error;
  const [meaning, hint] = MEANINGS[code] ?? [
    `The file cannot be read (${error.message}).`,
    'Check the file and its drive, then classify the folder again.',
  ];
  return { code: 'unreadable-image', message: `${name}: ${meaning}`, hint };
}
