import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { childrenOf } from './processes';
import { ask } from './workspaceDatabase';

/** What is killed: the program, or the compute process that it started. */
export type Victim = 'the program' | 'compute';

const count = (database: Database.Database, sql: string): number =>
  database.prepare<[], number>(`select count(*) from ${sql}`).pluck().get() ?? 0;

/** Files of a workspace's batches that are settled; null before its tables are made. */
export const settledIn = (workspace: string): number | null =>
  ask(workspace, (database) => count(database, "batch_file where state <> 'pending'"));

export interface StoreState {
  readonly batches: number;
  /** Batches that are done and whose results were written. */
  readonly finished: number;
  readonly classified: number;
  readonly cells: number;
  /** Images of the store that are gone, or have lost bytes. */
  readonly missing: readonly string[];
}

/** What the store says, whenever it was cut; null before its tables are made. */
export function storeState(workspace: string): StoreState | null {
  return ask(workspace, (database) => ({
    batches: count(database, 'batch'),
    finished: count(database, "batch where state = 'done' and results_due = 0"),
    classified: count(database, "batch_file where state = 'classified'"),
    cells: count(database, 'cell'),
    missing: database
      .prepare<[], { stored: string; bytes: number }>('select stored, bytes from image')
      .all()
      .filter(
        ({ stored, bytes }) => statSync(join(workspace, 'images', stored), { throwIfNoEntry: false })?.size !== bytes,
      )
      .map(({ stored }) => stored),
  }));
}

/** A kill that happens once, `delay` milliseconds after `isTime` holds, while the program that it watches runs. */
export class PlannedKill {
  readonly #victim: Victim;
  readonly #isTime: () => boolean;
  readonly #delay: number;
  #happened = false;

  constructor(victim: Victim, delay: number, isTime: () => boolean = () => true) {
    this.#victim = victim;
    this.#delay = delay;
    this.#isTime = isTime;
  }

  /** Whether somebody was killed. */
  get happened(): boolean {
    return this.#happened;
  }

  /** Looks every few milliseconds whether it is time, until the program ends. */
  readonly watch = (child: ChildProcess): void => {
    const { pid } = child;
    if (pid === undefined) return;
    let due: number | null = null;
    const timer = setInterval(() => {
      if (due === null && this.#isTime()) due = performance.now() + this.#delay;
      if (due === null || performance.now() < due) return;
      const ids = this.#victim === 'the program' ? [pid] : childrenOf(pid);
      // Compute may not have been started yet.
      if (ids.length === 0) return;
      clearInterval(timer);
      this.#happened = ids.filter(end).length > 0;
    }, 3);
    child.on('exit', () => {
      clearInterval(timer);
    });
  };
}

/** Whether the process was there to be killed. */
function end(id: number): boolean {
  try {
    return process.kill(id, 'SIGKILL');
  } catch {
    return false;
  }
}
