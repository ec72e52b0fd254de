import { FailureError } from '#shared/domain/failure';

/** What work that was stopped ends with. */
export function cancelled(): FailureError {
  return new FailureError('cancelled', 'The reading of images was stopped.', 'Start it again to go on.');
}
