// The benchmark behind `npm run bench`: set-up is done when this runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBuilt } from '../bootstrap/ensureBuilt.mjs';
import { programEnvironment } from '../bootstrap/environment.mjs';
import { root } from '../bootstrap/places.mjs';
import { command } from '../bootstrap/prepare.mjs';
import { attach, SetupError } from '../bootstrap/run.mjs';
import { pythonOf } from '../provision/python.mjs';
import { bundle, type Part, print } from './context';
import { epoch } from './epoch';
import { inference } from './inference';
import { limits } from './limits';
import { training } from './training';
import { wholeJob } from './wholeJob';
import { windowStart } from './window';

/** What a run without the names of parts leaves out where no images are given. */
const NEED_IMAGES = ['epoch', 'job'];

/** What runs only when it is named: it needs half an hour and 35 GB of disk. */
const ONLY_NAMED = ['limits'];

const PARTS: Readonly<Record<string, Part>> = {
  inference,
  training,
  epoch,
  job: wholeJob,
  limits,
  window: windowStart,
};

const args = process.argv.slice(2);
await command(() => (args[0] === 'choice' ? compareChoices(args[1], args[2]) : compareWithPeers(args)));

/** `images` is a folder a class; `kept` keeps what is done. */
async function compareChoices(images: string | undefined, kept: string | undefined): Promise<number> {
  if (images === undefined) throw new SetupError('Which images? npm run bench -- choice FOLDER_PER_CLASS [WORK]');
  await bundle('choice');
  const work = kept ?? mkdtempSync(join(tmpdir(), 'smearscope-choice-'));
  try {
    return await attach(process.execPath, [join(root, 'dist', 'choice', 'index.js'), images, work], {
      cwd: root,
      env: programEnvironment(),
    });
  } finally {
    if (kept === undefined) rmSync(work, { recursive: true, force: true });
  }
}

/** `words`: names of parts, and a folder of images. */
async function compareWithPeers(words: readonly string[]): Promise<number> {
  const wanted = words.filter((word) => word in PARTS);
  const [images = null, ...others] = words.filter((word) => !(word in PARTS));
  if (others.length > 0)
    throw new SetupError(`"${others[0] ?? ''}" is no part; the parts are ${Object.keys(PARTS).join(', ')}.`);
  await ensureBuilt();
  const work = mkdtempSync(join(tmpdir(), 'smearscope-bench-'));
  process.once('exit', () => {
    rmSync(work, { recursive: true, force: true });
  });
  // Where it is stopped half-way, its children end with it (endTogether) and the folder goes.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  print(`${cpus()[0]?.model.trim() ?? ''}, ${String(availableParallelism())} cores, Node ${process.versions.node}`);
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
