// From the start of the program to a usable window, beside an empty window of the same Electron.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronProgram } from '../provision/electron.mjs';
import { root } from '../bootstrap/places.mjs';
import { endTogether } from '../bootstrap/run.mjs';
import { median } from './context.mjs';

const STARTS = 5;

/** @param {import('./context.mjs').Context} context */
export async function windowStart(context) {
  const program = electronProgram();
  if (!program) throw new Error('Set-up left no Electron.');
  const flags = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'];
  /** @type {number[]} */
  const ours = [];
  /** @type {number[]} */
  const bare = [];
  for (let index = 0; index < STARTS; index++) {
    const folder = mkdtempSync(join(context.work, 'window-'));
    const log = join(folder, 'log', 'smearscope.log');
    const user = `--user-data-dir=${join(folder, 'user')}`;
    ours.push(await started(context, [program.path, root, ...flags, `--workspace=${folder}`, user], () => textOf(log)));
    const peer = join(root, 'build', 'bench', 'bareWindow');
    bare.push(await started(context, [program.path, peer, ...flags, user], (printed) => printed));
  }
  const [a, b] = [median(ours), median(bare)];
  console.log(
    `Start to usable window, median of ${STARTS} (Electron ${program.version}): ours ${a.toFixed(0)} ms, an empty window ${b.toFixed(0)} ms (ratio ${(a / b).toFixed(2)})`,
  );
}

/**
 * Starts a program, waits until it tells how long its window took, and ends it.
 * @param {import('./context.mjs').Context} context
 * @param {string[]} command
 * @param {(printed: string) => string} look where it tells: its output, or a file
 * @returns {Promise<number>} milliseconds
 */
function started({ env }, command, look) {
  const virtual = process.platform === 'linux' && !process.env['DISPLAY'];
  const [program = '', ...args] = virtual ? ['xvfb-run', '-a', ...command] : command;
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  // The whole group: the virtual display with all that runs in it.
  const end = () => {
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
      child.on('close', () => resolve(Number(found[1])));
    }, 50);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(timer);
      if (code) reject(new Error(`${program} ended with exit code ${code} before its window was there`));
    });
  });
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
