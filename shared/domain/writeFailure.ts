import { FailureError, type Failure } from './failure';

/** What the system's codes for a failed write mean to a user. */
const MEANINGS: readonly {
  readonly codes: readonly string[];
  readonly say: (path: string, code: string) => Failure;
}[] = [
  {
    codes: ['ENOSPC', 'EDQUOT'],
    say: (path) => ({
      code: 'disk-full',
      message: `The disk that holds ${path} is full.`,
      hint: 'Free some space, then go on: what was done before is kept.',
    }),
  },
  {
    codes: ['EACCES', 'EPERM', 'ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'],
    say: (path) => ({
      code: 'permission-denied',
      message: `${path} cannot be written.`,
      hint: 'Check that the folder is there and may be written to, or choose another place.',
    }),
  },
  {
    codes: ['EROFS'],
    say: (path) => ({
      code: 'read-only',
      message: `${path} cannot be written: its disk is read-only.`,
      hint: 'Unlock the disk, or choose another place.',
    }),
  },
  {
    codes: ['EBUSY', 'ETXTBSY'],
    say: (path) => ({
      code: 'busy',
      message: `${path} is in use by another program.`,
      hint: 'Close it there, then go on: what was done before is kept.',
    }),
  },
  {
    codes: ['EIO', 'ENXIO', 'ENODEV', 'ETIMEDOUT', 'ESTALE', 'ENOTCONN', 'EHOSTDOWN', 'EHOSTUNREACH', 'EREMOTEIO'],
    say: (path, code) => ({
      code: 'disk-error',
      message: `The drive that holds ${path} gives an error or does not answer (${code}).`,
      hint: 'Check the drive and its connection, then go on: what was done before is kept.',
    }),
  },
];

/**
 * An error of writing to `path` in the user's words: FailureError `disk-full`, `permission-denied`, `read-only`, `busy` or `disk-error` by the system's code of it.
 * An error of which the disk is no cause comes back as it is.
 */
export function writeFailure(path: string, error: unknown): unknown {
  const code = codeOf(error);
  const meaning = MEANINGS.find(({ codes }) => codes.includes(code));
  if (!meaning) return error;
  const said = meaning.say(path, code);
  return new FailureError(said.code, said.message, said.hint, { cause: error });
}

/** Whether an error of flushing a folder says that folders cannot be flushed where this one lies, as on some shares; what was renamed into it is then as durable as it gets. */
export function isFlushUnsupported(error: unknown): boolean {
  return ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EACCES', 'EISDIR'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
