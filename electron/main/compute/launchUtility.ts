import { utilityProcess } from 'electron';
import type { Log } from '../log';
import { logOutput } from './logOutput';
import type { LaunchCompute } from './supervisor';

/** Starts the compute process as a utility process of Electron. `pretrained` is the folder of the backbones. */
export function utilityCompute(entry: string, pretrained: string, log: Log): LaunchCompute {
  return () => {
    const child = utilityProcess.fork(entry, [pretrained], { serviceName: 'smearscope-compute', stdio: 'pipe' });
    const error = logOutput(child, log);
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
