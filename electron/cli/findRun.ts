import type { Application } from '#main/application';
import type { Run } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';

/** A run by its id, or the beginning of it. FailureError `invalid-argument` where none or several begin so. */
export function findRun(application: Application, id: string): Run {
  const [run, ...others] = application.workspace.runs.list().filter((each) => each.id.startsWith(id));
  if (run && others.length === 0) return run;
  throw new FailureError(
    'invalid-argument',
    run ? `Several runs begin with "${id}".` : `There is no run "${id}" in this workspace.`,
    'The command "runs" lists them.',
  );
}
