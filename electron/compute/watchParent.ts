import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const EVERY = 500;

/**
 * Ends this process, at once, when the one that started it is gone. A thread of its own looks: the main thread may be
 * in a native call that never returns, and hears of nothing then.
 */
export function watchParent(parent = process.ppid): void {
  const worker = new Worker(WATCH, { eval: true, workerData: { parent, every: EVERY } });
  // It keeps nothing alive: the process ends when its work does.
  worker.unref();
}

/** A system that gives orphans a new parent says so by `ppid`; Windows does not, and there the id is asked for. */
const WATCH = `
const { workerData: { parent, every } } = require('node:worker_threads');
const isGone = () => {
  if (process.ppid !== parent) return true;
  try {
    process.kill(parent, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
};
setInterval(() => {
  if (isGone()) process.kill(process.pid, 'SIGKILL');
}, every);
`;
