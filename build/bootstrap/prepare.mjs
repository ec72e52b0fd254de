// All set-up steps, for the commands that need them.
import { electron } from '../provision/electron.mjs';
import { packages } from '../provision/packages.mjs';
import { pythonEnvironment } from '../provision/python.mjs';
import { sqlite } from '../provision/sqlite.mjs';
import { systemLibraries } from '../provision/systemLibraries.mjs';
import { tensorflow } from '../provision/tensorflow.mjs';
import { SetupError } from './run.mjs';
import { runSteps, withLock } from './steps.mjs';

const OLDEST_MAJOR = 20;
const OLDEST_MINOR = 19;

/**
 * Does what is missing; everything it says goes to standard error.
 * @param {{ gpu?: boolean, test?: boolean, bench?: boolean, window?: boolean }} wanted window: Electron and the libraries its window needs
 * @returns {Promise<string[]>} names of the steps that had something to do
 */
export async function setUp({ gpu = false, test = false, bench = false, window = true }) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_MAJOR || (major === OLDEST_MAJOR && minor < OLDEST_MINOR)) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: Smearscope needs ${OLDEST_MAJOR}.${OLDEST_MINOR} or newer (nodejs.org).`,
    );
  }
  const steps = [
    packages,
    ...(window ? [systemLibraries({ test })] : []),
    tensorflow({ gpu }),
    sqlite,
    ...(window ? [electron] : []),
    ...(test ? [pythonEnvironment('test')] : []),
    ...(bench ? [pythonEnvironment('bench')] : []),
  ];
  const say = (/** @type {string} */ line) => console.error(line);
  return withLock(say, () => runSteps(steps, say));
}

/**
 * The body of a command: expected failures are told in a sentence, and end with exit code 1.
 * @param {() => Promise<number>} work resolves to the exit code
 */
export async function command(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
