import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from '#main/application';
import { forkCompute } from '#main/compute/launchFork';
import type { Emit } from '#main/events';
import { isRemembered, rememberedWorkspace } from '#main/rememberedWorkspace';
import { resourcesIn } from '#main/resources';

/** dist/cli/index.js -> the folder that holds package.json. */
export const resources = resourcesIn(fileURLToPath(new URL('../..', import.meta.url)));

/** Opens the program without a window. `folder` is the workspace; without it SMEARSCOPE_WORKSPACE, else the one that the window opens. */
export function openHeadless(folder: string | undefined, emit: Emit): Promise<Application> {
  const named = process.env.SMEARSCOPE_WORKSPACE;
  const given = folder ?? (named === '' ? undefined : named);
  return Application.open(
    {
      workspaceFolder: resolve(given ?? rememberedWorkspace(userData())),
      resources,
      launchCompute: ({ log }) => forkCompute(resources.computeEntry, resources.pretrained, log),
      emit,
    },
    given === undefined && isRemembered(userData()),
  );
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
