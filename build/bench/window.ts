// From the start of the program to a usable window, beside an empty window of the same Electron.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronProgram } from '../provision/electron.mjs';
import { root } from '../bootstrap/places.mjs';
import { endTogether } from '../bootstrap/run.mjs';
import { median, type Context, type Part, print } from './context';

const STARTS = 5;

/** Prints both and their ratio. */
export const windowStart: Part = async (context) => {
  const program = electronProgram();
  if (!program) throw new Error('Set-up left no Electron.');
  const flags = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'];
  const ours: number[] = [];
  const bare: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    const folder = mkdtempSync(join(context.work, 'window-'));
    const log = join(folder, 'log', 'smearscope.log');
    const user = `--user-data-dir=${join(folder, 'user')}`;
    ours.push(await started(context, [program.path, root, ...flags, `--workspace=${folder}`, user], () => textOf(log)));
    const peer = join(root, 'build', 'bench', 'bareWindow');
    bare.push(await started(context, [program.path, peer, ...flags, user], (printed) => printed));
  }
  const [a, b] = [median(ours), median(bare)];
  print(
    `Start to usable window, median of ${String(STARTS)} (Electron ${program.version}): ours ${a.toFixed(0)} ms, an empty window ${b.toFixed(0)} ms (ratio ${(a / b).toFixed(2)})`,
  );
};

/** Starts a program, waits until it says how long its window took (in what `look` gives of its output, or in a file), and ends it. Gives milliseconds. */
function started({ env }: Context, command: readonly string[], look: (printed: string) => string): Promise<number> {
  const virtual = process.platform === 'linux' && !process.env.DISPLAY;
  const [program = '', ...args] = virtual ? ['xvfb-run', '-a', ...command] : command;
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  // The whole group: the virtual display with all that runs in it.
  const end = (): void => {
    if (child.pid) process.kill(-child.pid, 'SIGTERM');
  };
  endTogether(child, end);
  let printed = '';
  child.stdout.on('data', (data) => (printed += String(data)));
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const found = /window usable (\d+) ms after the start/.exec(look(printed));
      if (!found) return;
      clearInterval(timer);
      end();
      child.on('close', () => {
        resolve(Number(found[1]));
      });
    }, 50);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(timer);
      if (code) reject(new Error(`${program} ended with exit code ${String(code)} before its window was there`));
    });
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
