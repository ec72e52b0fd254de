import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LARGEST_BYTES = 5_000_000;

/** The program's log. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Appends to `smearscope.log` in a folder; at 5 MB the file becomes `smearscope.1.log`. A log that cannot be written is no reason to stop working. */
export function fileLog(folder: string): Log {
  const path = join(folder, 'smearscope.log');
  const write = (level: string, message: string): void => {
    try {
      mkdirSync(folder, { recursive: true });
      if (existsSync(path) && statSync(path).size > LARGEST_BYTES) renameSync(path, join(folder, 'smearscope.1.log'));
      appendFileSync(path, `${new Date().toISOString()} ${level} ${message}\n`);
    } catch (error) {
      process.stderr.write(`${message}\n(the log cannot be written: ${String(error)})\n`);
    }
  };
  return {
    info: (message) => {
      write('info ', message);
    },
    warn: (message) => {
      write('warn ', message);
    },
    error: (message) => {
      write('error', message);
    },
  };
}
