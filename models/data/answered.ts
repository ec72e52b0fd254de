import { FailureError } from '#shared/domain/failure';
import { cancelled } from './cancelled';
import { unreadable } from './unreadable';

/** Milliseconds without progress of any read after which a drive counts as stalled. Many reads wait for one slow drive, so one of them alone says nothing. */
const STALLED_AFTER = 60_000;

/** A read that is given up keeps its thread of the pool until the drive answers. After so many, no more of the pool is spent on that drive. */
const MOST_GIVEN_UP = 3;

export interface Waiting {
  /** Ends the waiting at once, even where the system does not answer. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without progress after which the waiting ends. */
  readonly stalledAfter?: number;
}

/** The process has one pool of threads, so what is known of its waiting is the process's too. */
let lastProgress = 0;
let givenUp = 0;

/**
 * Waits for work of the system on a file, but not past a cancel, and not for a drive that has stopped answering: the work then goes on by itself, if it ever does. It passes each of its steps through `step`.
 * FailureError `cancelled`; `unreadable-image`, or `unavailable` where several reads were given up and are stuck.
 */
export function answered<T>(
  path: string,
  work: (step: <S>(part: Promise<S>) => Promise<S>) => Promise<T>,
  { signal, stalledAfter = STALLED_AFTER }: Waiting,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelled());
      return;
    }
    const running = work(async (part) => {
      const result = await part;
      lastProgress = performance.now();
      return result;
    });
    let timer: NodeJS.Timeout;
    const wait = (milliseconds: number): void => {
      // Where a graph kept this thread busy, answers may lie here unread: one turn of the event loop takes them first.
      timer = setTimeout(() => setImmediate(check), milliseconds);
    };
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      ended = true;
    };
    let ended = false;
    const leave = (): void => {
      end();
      reject(cancelled());
    };
    const check = (): void => {
      if (ended) return;
      const left = lastProgress + stalledAfter - performance.now();
      if (left > 0) {
        wait(left);
        return;
      }
      end();
      reject(giveUp(path, running, stalledAfter));
    };
    signal?.addEventListener('abort', leave, { once: true });
    wait(stalledAfter);
    running.then(resolve, reject).finally(end);
  });
}

function giveUp(path: string, running: Promise<unknown>, stalledAfter: number): FailureError {
  givenUp++;
  const answeredAtLast = (): void => {
    givenUp--;
  };
  running.then(answeredAtLast, answeredAtLast);
  const message = `The drive has not answered for ${String(stalledAfter / 1000)} s.`;
  if (givenUp <= MOST_GIVEN_UP) {
    return unreadable(message, 'Check the connection to the drive, then classify the folder again.');
  }
  return new FailureError(
    'unavailable',
    `${path}: ${message}`,
    'Check the connection to the drive, or copy the images to this computer; then go on: what was done is kept.',
  );
}
