import { FailureError } from '#shared/domain/failure';

/** How the ends of a process are called: by Linux and macOS, by a shell or Electron, by Windows. */
const ILLEGAL_INSTRUCTION = /\bSIGILL\b|exit code (4|132|3221225501)\b/;
const KILLED = /\bSIGKILL\b|exit code (9|137)\b/;

/** A process that ended over its work: `compute-died`. */
export function deathOf(reason: string): FailureError {
  const memory = KILLED.test(reason) ? ' The system may have run out of memory.' : '';
  return new FailureError(
    'compute-died',
    `The compute process ended unexpectedly (${reason}).${memory}`,
    'The work goes on in a new one. If it happens again, close other programs, and look into the log.',
  );
}

/** A process that ended before it was ready, each time it was started: the machine's fault, and no file's. */
export function cannotStart(reason: string): FailureError {
  if (ILLEGAL_INSTRUCTION.test(reason)) {
    return new FailureError(
      'unavailable',
      `TensorFlow cannot start on this processor (${reason}).`,
      'It needs instructions that this processor lacks. Resume on another machine: what is classified is kept.',
    );
  }
  return new FailureError(
    'unavailable',
    `The compute process cannot start (${reason}).`,
    'Run the set-up again, and look into the log. Then resume: what is classified is kept, and no file was set aside.',
  );
}

/** A process that was replaced because it did not stop when it was asked to. */
export function stuck(): FailureError {
  return new FailureError(
    'compute-died',
    'The compute process did not stop what was cancelled, and was replaced.',
    'Other work goes on in a new one.',
  );
}
