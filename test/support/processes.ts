import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the processes that a process started and that run (Linux). */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${String(id)}/status`, 'utf8'))?.[1]) === parent;
      } catch {
        // It ended while it was looked at.
        return false;
      }
    });
}
