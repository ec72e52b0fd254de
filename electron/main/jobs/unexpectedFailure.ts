import { FailureError, type Failure } from '#shared/domain/failure';
import { storeFailure } from '../store/database';

/** What a job that threw says to the user: the store's own trouble by its name, anything else as a fault of the program. */
export function unexpectedFailure(workspace: string, error: unknown): Failure {
  const known = storeFailure(workspace, error);
  if (known instanceof FailureError) return known.failure;
  return {
    code: 'unavailable',
    message: 'The job stopped over a fault of the program.',
    hint: 'The log has the details. Resume it; if it happens again, report it.',
  };
}
