// Running other programs, with errors that say what was run and what it said.
import { spawn, spawnSync } from 'node:child_process';

/** Set-up cannot go on; the message says what is missing and what to do. */
export class SetupError extends Error {}

/**
 * Runs a program to its end; its output is shown only if it fails. Throws SetupError with the last lines and the remedy.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, remedy: string, env?: NodeJS.ProcessEnv, timeout?: number }} options
 * @returns {Promise<string>} standard output
 */
export function run(program, args, { cwd, remedy, env, timeout }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: env ?? process.env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
    endTogether(child);
    let output = '';
    let all = '';
    child.stdout.on('data', (data) => {
      output += String(data);
      all += String(data);
    });
    child.stderr.on('data', (data) => {
      all += String(data);
    });
    child.on('error', (error) =>
      reject(new SetupError(`${program} could not be started: ${error.message}\n${remedy}`)),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const last = all.trim().split('\n').slice(-15).join('\n');
      reject(new SetupError(`${program} ${args.join(' ')} failed (${signal ?? `exit ${code}`}):\n${last}\n${remedy}`));
    });
  });
}

/**
 * Ends a child when this process exits before it.
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => void} [end]
 */
export function endTogether(child, end = () => child.kill()) {
  process.prependOnceListener('exit', end);
  child.once('close', () => process.off('exit', end));
}

/**
 * Whether a program answers.
 * @param {string} program
 * @param {string[]} args
 */
export function answers(program, args) {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/**
 * Runs a program in this terminal and passes on signals; resolves to its exit code.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function attach(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: 'inherit' });
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    // A terminal sends Ctrl-C to the child as well; listening keeps this process until the child is done.
    for (const signal of signals)
      process.on(signal, signal === 'SIGINT' && process.stdin.isTTY ? () => undefined : pass);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
