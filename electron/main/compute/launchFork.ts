import { fork } from 'node:child_process';
import type { LaunchCompute } from './supervisor';

/** Starts the compute process in plain Node: what the command line uses. `pretrained` is the folder of the backbones. */
export function forkCompute(entry: string, pretrained: string): LaunchCompute {
  return () => {
    const child = fork(entry, [pretrained], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return {
      send: (message) => {
        if (child.connected) child.send(message);
      },
      onMessage: (listener) => {
        child.on('message', listener);
      },
      onExit: (listener) => {
        child.on('exit', (code, signal) => {
          listener(signal ?? `exit code ${String(code)}`);
        });
        child.on('error', (error) => {
          if (child.pid === undefined) listener(error.message);
        });
      },
      kill: () => {
        child.kill('SIGKILL');
      },
    };
  };
}
