import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { FailureError } from '#shared/domain/failure';
import { codeOf } from './systemErrors';

/** Milliseconds between two tries, and how many there are. */
const TRY_AGAIN_AFTER = 50;
const TRIES = 1200;

/** Opens a file as node:fs does, but where the system lets no more files be open (EMFILE, ENFILE) waits for others to be closed. FailureError `unavailable` after a minute. */
export async function openPatiently(path: string | Buffer, flags: string | number): Promise<FileHandle> {
  for (let tries = 1; ; tries++) {
    try {
      return await open(path, flags);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
      if (tries === TRIES) {
        throw new FailureError(
          'unavailable',
          `The computer lets no more files be open (${code}).`,
          'Close other programs, or raise the limit of open files, then go on.',
          { cause: error },
        );
      }
      await pause(TRY_AGAIN_AFTER);
    }
  }
}
