import { z } from 'zod';

/** Stable codes of the failures that are expected; anything else is a bug and throws. */
export const failureCodeSchema = z.enum([
  'cancelled',
  'invalid-argument',
  'not-found',
  'no-images',
  'unreadable-image',
  'permission-denied',
  'read-only',
  'disk-full',
  'busy',
  'disk-error',
  'workspace-locked',
  'workspace-newer',
  'workspace-corrupt',
  'workspace-foreign',
  'workspace-lost',
  'model-invalid',
  'model-mismatch',
  'too-little-data',
  'data-changed',
  'questionable-data',
  'checkpoint-damaged',
  'diverged',
  'compute-died',
  'out-of-memory',
  'unavailable',
]);

/** An expected failure: a stable code, what happened in the user's words, and what to do about it. */
export const failureSchema = z.object({ code: failureCodeSchema, message: z.string(), hint: z.string() });

export type FailureCode = z.infer<typeof failureCodeSchema>;
export type Failure = z.infer<typeof failureSchema>;

/** Carries a {@link Failure} through code that unwinds by throwing; turned back into a value where a process boundary is crossed. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(code: FailureCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FailureError';
    this.failure = { code, message, hint };
  }

  /** Rebuilds the error from a failure that came over a boundary. */
  static from(failure: Failure): FailureError {
    return new FailureError(failure.code, failure.message, failure.hint);
  }
}
