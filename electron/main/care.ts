import { join } from 'node:path';
import type { Failure } from '#shared/domain/failure';
import type { LaunchCompute } from './compute/supervisor';
import { careReportSchema, type CareReport } from './store/careReport';
import type { Workspace } from './store/workspace';

/** A check of a workspace's database that is under way. */
export interface Care {
  /** Resolves when its process has ended. */
  readonly done: Promise<void>;
  /** Ends it at once. */
  stop(): void;
}

/** Checks a workspace's database in full and makes its backup of the day, in a process of its own; what is wrong goes to the log and to `notify`. */
export function startCare(launch: LaunchCompute, workspace: Workspace, notify: (failure: Failure) => void): Care {
  const child = launch();
  let isStopped = false;
  let hasReported = false;
  const stop = (): void => {
    isStopped = true;
    child.kill();
  };
  child.onMessage((message) => {
    hasReported = true;
    if (isStopped) return;
    const failure = failureIn(careReportSchema.parse(message), workspace.folder);
    if (failure) {
      workspace.log.error(`${failure.message} ${failure.hint}`);
      notify(failure);
    }
    stop();
  });
  const done = new Promise<void>((resolve) => {
    child.onExit((reason) => {
      if (!hasReported && !isStopped) workspace.log.error(`check of the database: ended without a word (${reason})`);
      resolve();
    });
  });
  return { done, stop };
}

function failureIn({ damage, backupOf, failure }: CareReport, folder: string): Failure | null {
  const path = join(folder, 'smearscope.db');
  if (damage !== null) {
    return {
      code: 'workspace-corrupt',
      message: `The database ${path} is damaged: ${damage}`,
      hint:
        backupOf !== null
          ? `Close the program and restore the backup of ${backupOf}: workspace --restore on the command line. What came after it is in the old database, which is kept.`
          : 'There is no backup of it. Export what you need, and check the drive.',
    };
  }
  if (failure === null) return null;
  return {
    code: 'unavailable',
    message: `The backup of ${path} could not be made: ${failure}`,
    hint: 'Your work is saved; it is tried again at the next start.',
  };
}
