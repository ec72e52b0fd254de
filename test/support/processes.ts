import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the processes that a process started and that run (Linux), but for the one that looks after its database. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        if (readFileSync(`/proc/${String(id)}/cmdline`, 'utf8').includes('dist/care/')) return false;
        return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${String(id)}/status`, 'utf8'))?.[1]) === parent;
      } catch {
        // It ended while it was looked at.
        return false;
      }
    });
}
