import { FailureError } from '#shared/domain/failure';
import type { Log } from './log';

/** Takes a fault of the program: where it showed, and what was thrown. */
export type ReportFault = (where: string, error: unknown) => void;

/** Where faults go: each into the log, the first on screen. */
export interface FaultParts {
  readonly log: Log;
  /** Finds what was logged of this run of the program. */
  readonly runId: string;
  /** Tells the user; called once. */
  readonly show: (message: string) => void;
}

/** Logs every fault under the id of the run, and shows the first: one dialog says it, a hundred hide it. What was expected is logged alone. */
export function faultReporter({ log, runId, show }: FaultParts): ReportFault {
  let isShown = false;
  return (where, error) => {
    log.error(`[${runId}] ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (isShown || error instanceof FailureError) return;
    isShown = true;
    show(
      `Something in the program failed. Your work is saved; what you did last may have to be done again. The log has the details under ${runId}.`,
    );
  };
}
