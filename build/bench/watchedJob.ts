// A classify job by the command line, watched from outside: its time, its memory, and what the program logs of it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { endTogether } from '../bootstrap/run.mjs';
import type { Context } from './context';
import { residentBytes } from './processMemory';

const SAMPLE_EVERY = 250;

export interface WatchedJob {
  /** From start to exit. */
  readonly seconds: number;
  /** Resident bytes of all its processes, four times a second. */
  readonly memory: readonly number[];
  readonly jobMilliseconds: number;
  readonly graphMilliseconds: number;
  /** Longest time that main did not answer. */
  readonly blockedMilliseconds: number;
}

/** Classifies into a new workspace of this name within the benchmark's folder. */
export async function watchedClassify({ env, work }: Context, images: string, name: string): Promise<WatchedJob> {
  const workspace = join(work, name);
  const args = ['classify', images, '--workspace', workspace, '--out', join(work, `${name}.csv`)];
  const start = performance.now();
  const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'index.js'), ...args], { env, stdio: 'ignore' });
  endTogether(child);
  const memory: number[] = [];
  const timer = setInterval(() => child.pid && memory.push(residentBytes(child.pid)), SAMPLE_EVERY);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => {
    clearInterval(timer);
  });
  if (code !== 0) throw new Error(`classify ended with exit code ${String(code)}`);
  const seconds = (performance.now() - start) / 1000;
  const logged = /took (\d+) ms, (\d+) ms of it in the graph in \w+; main was blocked for (\d+) ms/.exec(
    readFileSync(join(workspace, 'log', 'smearscope.log'), 'utf8'),
  );
  if (!logged) throw new Error('The program logged nothing of its job.');
  const [jobMilliseconds = NaN, graphMilliseconds = NaN, blockedMilliseconds = NaN] = logged.slice(1).map(Number);
  return { seconds, memory, jobMilliseconds, graphMilliseconds, blockedMilliseconds };
}

/** Memory at shares of the job's time, in MiB. */
export function memoryAt(memory: readonly number[], shares: readonly number[]): number[] {
  return shares.map((share) => Math.round((memory[Math.floor(share * (memory.length - 1))] ?? NaN) / 2 ** 20));
}
