// Runs set-up steps in order: each says whether it is done, so a second run does nothing, and a cut run goes on where it was.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root, sha256 } from './places.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => boolean | Promise<boolean>} isDone
 * @property {(say: (progress: string) => void) => Promise<void>} run leaves nothing half-made: works in a temporary folder and renames
 */

/**
 * @param {readonly Step[]} steps
 * @param {(line: string) => void} say
 * @returns {Promise<string[]>} names of the steps that had something to do
 */
export async function runSteps(steps, say) {
  const done = [];
  for (const [index, step] of steps.entries()) {
    if (await step.isDone()) continue;
    const label = `[${index + 1}/${steps.length}] ${step.name}`;
    say(label);
    const start = Date.now();
    await step.run((progress) => say(`${label}: ${progress}`));
    say(`${label}: done in ${((Date.now() - start) / 1000).toFixed(0)} s`);
    done.push(step.name);
  }
  return done;
}

/**
 * Holds the set-up lock of this checkout while `work` runs; waits while another live process holds it.
 * @template T
 * @param {(line: string) => void} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(say, work) {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, `setup-${sha256(root).slice(0, 12)}.lock`);
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (!isAlive(Number(readIfThere(lock))) && removeStale(lock)) continue;
      if (!told) say('Another set-up of this checkout is running; waiting for it.');
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** How long a process may take between the two calls that remove a stale lock, milliseconds: after that it died between them. */
const LONGEST_REMOVAL = 60_000;

/**
 * Removes a lock that a dead process left. One process at a time does: another may have taken the lock since it was read, and would lose it.
 * @param {string} lock
 * @returns {boolean} whether it was done; false while another process does
 */
function removeStale(lock) {
  const removing = `${lock}.removing`;
  try {
    writeFileSync(removing, '', { flag: 'wx' });
  } catch {
    if (Date.now() - (statSync(removing, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > LONGEST_REMOVAL)
      rmSync(removing, { force: true });
    return false;
  }
  if (!isAlive(Number(readIfThere(lock)))) rmSync(lock, { force: true });
  rmSync(removing, { force: true });
  return true;
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
