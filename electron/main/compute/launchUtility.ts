import { utilityProcess } from 'electron';
import type { Log } from '../log';
import { logOutput } from './logOutput';
import type { LaunchCompute } from './supervisor';

/** Starts the compute process as a utility process of Electron. `pretrained` is the folder of the backbones. */
export function utilityCompute(entry: string, pretrained: string, log: Log): LaunchCompute {
  return () => {
    const child = utilityProcess.fork(entry, [pretrained], { serviceName: 'smearscope-compute', stdio: 'pipe' });
    logOutput(child, log);
    return {
      send: (message) => {
        child.postMessage(message);
      },
      onMessage: (listener) => {
        child.on('message', listener);
      },
      onExit: (listener) => {
        child.on('exit', (code) => {
          listener(`exit code ${String(code)}`);
        });
      },
      kill: () => {
        child.kill();
      },
    };
  };
}
