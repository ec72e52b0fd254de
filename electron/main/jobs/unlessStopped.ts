import { FailureError } from '#shared/domain/failure';

/** Waits for work, but only until it is stopped, so that a file system that hangs cannot hold a job. FailureError `cancelled`. */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new FailureError('cancelled', 'The reading of the folder was stopped.', 'Start it again to go on.'));
    };
  });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([stopped, work]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
