import { utilityProcess } from 'electron';
import type { Log } from '../log';
import { logOutput } from './logOutput';
import type { LaunchCompute } from './supervisor';

/** Starts the compute process as a utility process of Electron, or with another `name` another process that works for main. `argument` is what its entry gets: for compute, the folder of the backbones. */
export function utilityCompute(entry: string, argument: string, log: Log, name = 'compute'): LaunchCompute {
  return () => {
    const child = utilityProcess.fork(entry, [argument], { serviceName: `smearscope-${name}`, stdio: 'pipe' });
    const error = logOutput(child, log, name);
    return {
      send: (message) => {
        child.postMessage(message);
      },
      onMessage: (listener) => {
        child.on('message', listener);
      },
      onExit: (listener) => {
        child.on('exit', (code) => {
          listener([`exit code ${String(code)}`, error()].filter(Boolean).join(': '));
        });
      },
      kill: () => {
        // Electron's own `kill` asks; a process that hangs in a native call may not hear it.
        if (child.pid === undefined) child.kill();
        else process.kill(child.pid, 'SIGKILL');
      },
    };
  };
}
