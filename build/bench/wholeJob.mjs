// The whole classify job beside a plain Python script, with what the program logs of it and the memory it takes.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { endTogether, SetupError } from '../bootstrap/run.mjs';
import { runPeer, weights } from './context.mjs';
import { residentBytes } from './processMemory.mjs';

const SAMPLE_EVERY = 250;

/** @param {import('./context.mjs').Context} context */
export async function wholeJob(context) {
  const { work, images } = context;
  if (!images) throw new SetupError('The whole job needs images: npm run bench -- job FOLDER_PER_CLASS');
  const workspace = join(work, 'workspace');
  const start = performance.now();
  const memory = await classify(context, images, workspace);
  const seconds = (performance.now() - start) / 1000;
  const { inputSize } = JSON.parse(readFileSync(join(root, 'models', 'starter', 'card.json'), 'utf8'));
  const peerStart = performance.now();
  const script = await runPeer(context, 'keras_classify.py', [
    weights,
    images,
    String(inputSize),
    join(work, 'peer.csv'),
  ]);
  const peerSeconds = (performance.now() - peerStart) / 1000;
  console.log(
    `Whole job, ${script.images} files at ${inputSize} px: ours ${seconds.toFixed(1)} s, plain script (Keras ${script.version}) ${peerSeconds.toFixed(1)} s (ratio ${(seconds / peerSeconds).toFixed(2)})`,
  );
  const logged = /took (\d+) ms, (\d+) ms of it in the graph in \w+; main was blocked for (\d+) ms/.exec(
    readFileSync(join(workspace, 'log', 'smearscope.log'), 'utf8'),
  );
  if (!logged) throw new Error('The program logged nothing of its job.');
  const [total = NaN, graph = NaN, blocked = NaN] = logged.slice(1).map(Number);
  console.log(
    `  of the job's ${(total / 1000).toFixed(1)} s, ${((100 * graph) / total).toFixed(0)} % in the graph; main was blocked for ${blocked} ms at most`,
  );
  const at = (/** @type {number} */ share) =>
    ((memory[Math.floor(share * (memory.length - 1))] ?? NaN) / 2 ** 20).toFixed(0);
  console.log(
    `  resident memory of both processes at 25, 50, 75 and 95 % of the time: ${[0.25, 0.5, 0.75, 0.95].map(at).join(', ')} MiB`,
  );
}

/** Runs the command line; gives the resident bytes of all its processes over time. @param {import('./context.mjs').Context} context @param {string} images @param {string} workspace @returns {Promise<number[]>} */
function classify({ env, work }, images, workspace) {
  const args = ['classify', images, '--workspace', workspace, '--out', join(work, 'ours.csv')];
  const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'index.js'), ...args], { env, stdio: 'ignore' });
  endTogether(child);
  /** @type {number[]} */
  const samples = [];
  const timer = setInterval(() => child.pid && samples.push(residentBytes(child.pid)), SAMPLE_EVERY);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve(samples);
      else reject(new Error(`classify ended with exit code ${code}`));
    });
  });
}
