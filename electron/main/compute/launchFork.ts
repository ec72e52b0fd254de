import { fork } from 'node:child_process';
import type { Log } from '../log';
import { logOutput } from './logOutput';
import type { LaunchCompute } from './supervisor';

/** As utilityCompute, in plain Node: what the command line uses. */
export function forkCompute(entry: string, argument: string, log: Log, name = 'compute'): LaunchCompute {
  return () => {
    const child = fork(entry, [argument], {
      serialization: 'advanced',
      // A terminal's Ctrl-C goes to its whole process group: that this one ends is for the program to say, which stops its work first.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const error = logOutput(child, log, name);
    return {
      send: (message) => {
        if (child.connected) child.send(message);
      },
      onMessage: (listener) => {
        child.on('message', listener);
      },
      onExit: (listener) => {
        // Not `exit`: what it printed last has not arrived by then.
        child.on('close', (code, signal) => {
          listener([signal ?? `exit code ${String(code)}`, signal ? null : error()].filter(Boolean).join(': '));
        });
        child.on('error', ({ message }) => {
          if (child.pid === undefined) listener(message);
        });
      },
      kill: () => {
        child.kill('SIGKILL');
      },
    };
  };
}
