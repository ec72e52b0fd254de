// npm run bench [-- PART... FOLDER_PER_CLASS]: this program beside its peers, on this machine, in one run; each figure with its ratio. Fails where a peer does not run the same network.
// npm run bench -- choice FOLDER_PER_CLASS [WORK]: accuracy and cost of input sizes, features and heads of quick training. WORK keeps what is done, so that a run that was stopped goes on.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundle } from '../bench/context.mjs';
import { epoch } from '../bench/epoch.mjs';
import { inference } from '../bench/inference.mjs';
import { limits } from '../bench/limits.mjs';
import { training } from '../bench/training.mjs';
import { wholeJob } from '../bench/wholeJob.mjs';
import { ensureBuilt } from './ensureBuilt.mjs';
import { programEnvironment } from './environment.mjs';
import { root } from './places.mjs';
import { attach, SetupError } from './run.mjs';
import { command, setUp } from './prepare.mjs';

/** What a run without the names of parts leaves out where no images are given. */
const NEED_IMAGES = ['epoch', 'job'];

/** What runs only when it is named: it needs half an hour and 35 GB of disk. */
const ONLY_NAMED = ['limits'];

/** @type {Record<string, (context: import('../bench/context.mjs').Context) => Promise<void>>} */
const PARTS = {
  inference,
  training,
  epoch,
  job: wholeJob,
  limits,
  // Loaded when it is wanted: it needs packages that set-up brings.
  window: async (context) => (await import('../bench/window.mjs')).windowStart(context),
};

const args = process.argv.slice(2);
await command(() => (args[0] === 'choice' ? compareChoices(args[1], args[2]) : compareWithPeers(args)));

/**
 * @param {string | undefined} images a folder a class
 * @param {string | undefined} kept
 */
async function compareChoices(images, kept) {
  if (!images) throw new SetupError('Which images? npm run bench -- choice FOLDER_PER_CLASS [WORK]');
  await setUp({ window: false });
  await bundle('choice');
  const work = kept ?? mkdtempSync(join(tmpdir(), 'smearscope-choice-'));
  try {
    return await attach(process.execPath, [join(root, 'dist', 'choice', 'index.js'), images, work], {
      cwd: root,
      env: programEnvironment(),
    });
  } finally {
    if (!kept) rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string[]} words names of parts, and a folder of images */
async function compareWithPeers(words) {
  const wanted = words.filter((word) => word in PARTS);
  const [images = null, ...others] = words.filter((word) => !(word in PARTS));
  if (others.length > 0)
    throw new SetupError(`"${others[0]}" is no part; the parts are ${Object.keys(PARTS).join(', ')}.`);
  await setUp({ bench: true });
  await ensureBuilt();
  const { pythonOf } = await import('../provision/python.mjs');
  const work = mkdtempSync(join(tmpdir(), 'smearscope-bench-'));
  process.once('exit', () => rmSync(work, { recursive: true, force: true }));
  // Where it is stopped half-way, its children end with it (endTogether) and the folder goes.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`);
  const context = {
    work,
    python: pythonOf('bench'),
    env: programEnvironment(),
    images: images === null ? null : resolve(images),
  };
  for (const [name, part] of Object.entries(PARTS)) {
    const byDefault = !ONLY_NAMED.includes(name) && (images !== null || !NEED_IMAGES.includes(name));
    if (wanted.length > 0 ? wanted.includes(name) : byDefault) await part(context);
  }
  return 0;
}
