import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from '#main/application';
import { forkCompute } from '#main/compute/launchFork';
import type { Emit } from '#main/events';
import type { FolderToOpen } from '#main/openWithHelp';
import { isRemembered, rememberedWorkspace } from '#main/rememberedWorkspace';
import { resourcesIn } from '#main/resources';

/** dist/cli/index.js -> the folder that holds package.json. */
export const resources = resourcesIn(fileURLToPath(new URL('../..', import.meta.url)));

/** The workspace's folder, and whether it must be there: the one given, else that of SMEARSCOPE_WORKSPACE, else the one that the window opens. */
export function workspaceFolder(given: string | undefined): FolderToOpen {
  const named = process.env.SMEARSCOPE_WORKSPACE;
  const folder = given ?? (named === '' ? undefined : named);
  return {
    folder: resolve(folder ?? rememberedWorkspace(userData())),
    mustExist: folder === undefined && isRemembered(userData()),
  };
}

/** Opens the program without a window, on workspaceFolder. */
export function openHeadless(given: string | undefined, emit: Emit): Promise<Application> {
  const { folder, mustExist } = workspaceFolder(given);
  return Application.open(
    {
      workspaceFolder: folder,
      resources,
      launchCompute: ({ log }) => forkCompute(resources.computeEntry, resources.pretrained, log),
      emit,
    },
    mustExist,
  );
}

/** Has the workspace's database checked and backed up, beside work that takes its time. */
export function lookAfter(application: Application): void {
  const { folder, log } = application.workspace;
  application.lookAfter(forkCompute(resources.careEntry, folder, log, 'care'));
}

/** Where Electron keeps the data of an application of this name. */
function userData(): string {
  const base =
    process.platform === 'win32'
      ? (process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'))
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Application Support')
        : (process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'));
  return join(base, 'smearscope');
}

/** Runs work that Ctrl-C or a termination signal stops once, cleanly; a second signal ends the process at once. Gives whether it was stopped. */
export async function interruptible<T>(
  stop: () => void,
  work: () => Promise<T>,
): Promise<{ result: T; interrupted: boolean }> {
  let interrupted = false;
  const onSignal = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    process.stderr.write('\nStopping after what is under way; again to stop at once.\n');
    stop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return { result: await work(), interrupted };
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
