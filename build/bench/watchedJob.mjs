// A classify job by the command line, watched from outside: its time, its memory, and what the program logs of it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { endTogether } from '../bootstrap/run.mjs';
import { residentBytes } from './processMemory.mjs';

const SAMPLE_EVERY = 250;

/**
 * @typedef {object} WatchedJob
 * @property {number} seconds from start to exit
 * @property {number[]} memory resident bytes of all its processes, four times a second
 * @property {number} jobMilliseconds
 * @property {number} graphMilliseconds
 * @property {number} blockedMilliseconds longest time that main did not answer
 */

/**
 * Classifies into a new workspace.
 * @param {import('./context.mjs').Context} context
 * @param {string} images
 * @param {string} name of the workspace within the benchmark's folder
 * @returns {Promise<WatchedJob>}
 */
export async function watchedClassify({ env, work }, images, name) {
  const workspace = join(work, name);
  const args = ['classify', images, '--workspace', workspace, '--out', join(work, `${name}.csv`)];
  const start = performance.now();
  const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'index.js'), ...args], { env, stdio: 'ignore' });
  endTogether(child);
  /** @type {number[]} */
  const memory = [];
  const timer = setInterval(() => child.pid && memory.push(residentBytes(child.pid)), SAMPLE_EVERY);
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(timer));
  if (code !== 0) throw new Error(`classify ended with exit code ${code}`);
  const seconds = (performance.now() - start) / 1000;
  const logged = /took (\d+) ms, (\d+) ms of it in the graph in \w+; main was blocked for (\d+) ms/.exec(
    readFileSync(join(workspace, 'log', 'smearscope.log'), 'utf8'),
  );
  if (!logged) throw new Error('The program logged nothing of its job.');
  const [jobMilliseconds = NaN, graphMilliseconds = NaN, blockedMilliseconds = NaN] = logged.slice(1).map(Number);
  return { seconds, memory, jobMilliseconds, graphMilliseconds, blockedMilliseconds };
}

/** Memory at shares of the job's time, in MiB. @param {readonly number[]} memory @param {readonly number[]} shares */
export function memoryAt(memory, shares) {
  return shares.map((share) => Math.round((memory[Math.floor(share * (memory.length - 1))] ?? NaN) / 2 ** 20));
}
