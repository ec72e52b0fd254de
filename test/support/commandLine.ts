import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

/** What makes rights count for root, too: without these capabilities root may open only what its owner may. */
const WITHOUT_OVERRIDE = [
  '--bounding-set',
  '-dac_override,-dac_read_search',
  '--inh-caps',
  '-dac_override,-dac_read_search',
];

/** Runs the built command line to its end; `watch` gets the process when it has started. `likeUser`: the rights of files hold, even if the tests are run by root. `ownGroup`: it leads a process group, as in a terminal. `env` is added to the environment. */
export function smearscope(
  args: readonly string[],
  {
    watch,
    likeUser = false,
    ownGroup = false,
    env = {},
  }: {
    watch?: (child: ChildProcess) => void;
    likeUser?: boolean;
    ownGroup?: boolean;
    env?: NodeJS.ProcessEnv;
  } = {},
): Promise<Ended> {
  const command = [process.execPath, resolve('dist/cli/index.js'), ...args];
  const [program = '', ...rest] =
    likeUser && process.getuid?.() === 0 ? ['setpriv', ...WITHOUT_OVERRIDE, ...command] : command;
  const child = spawn(program, rest, {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...env },
    detached: ownGroup,
  });
  let out = '';
  let error = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (error += String(data)));
  watch?.(child);
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => {
      done({ code, signal, out, error });
    });
  });
}

/** The records of a CSV file without its header, as written; no field of them may hold a line end. */
export const records = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).trimEnd().split('\r\n').slice(1);
