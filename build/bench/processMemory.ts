// Memory of running processes, from Linux's /proc; 0 elsewhere.
import { readFileSync, readdirSync } from 'node:fs';

/** Resident bytes of a process and all that it started. */
export function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    const children = readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
      readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
    return children.reduce((sum, child) => sum + residentBytes(child), own);
  } catch {
    // It ended between two looks.
    return 0;
  }
}
