// What every part of the benchmark shares: where things are, and running the peers.
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { run } from '../bootstrap/run.mjs';

/**
 * @typedef {object} Context
 * @property {string} work a folder that is gone when the benchmark is over
 * @property {string} python the peers' Python
 * @property {NodeJS.ProcessEnv} env
 * @property {string | null} images folder of one folder a class
 */

/** The published weights of Lite0, which all peers run. */
export const weights = join(root, 'models', 'pretrained', 'efficientnet-lite0');

const remedy = 'See its words above.';

/** Runs a peer of test/bench/peers; gives the JSON of its last line. @param {Context} context @param {string} name @param {string[]} args */
export async function runPeer({ python, env }, name, args) {
  const script = join(root, 'test', 'bench', 'peers', name);
  return lastLine(await run(python, [script, ...args], { cwd: root, env, remedy }));
}

/** Runs a bundle of dist/; gives the JSON of its last line. @param {Context} context @param {string} name @param {string[]} args */
export async function runBundle({ env }, name, args) {
  return lastLine(
    await run(process.execPath, [join(root, 'dist', name, 'index.js'), ...args], { cwd: root, env, remedy }),
  );
}

/** Bundles a benchmark of test/bench into dist/. @param {string} name as in build/viteConfigs.mjs */
export async function bundle(name) {
  await run(process.execPath, [join(root, 'build', 'build.mjs'), name], {
    cwd: root,
    remedy: 'The benchmark does not build; see above.',
  });
}

/** @param {number[]} values */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** @param {string} text @returns {any} */
function lastLine(text) {
  return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}
