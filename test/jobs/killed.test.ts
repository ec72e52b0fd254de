import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { Random } from '#models/data/random';
import { records, smearscope } from '../support/commandLine';
import { manyImages } from '../support/data';
import { childrenOf } from '../support/processes';
import { temporaryFolder } from '../support/temporary';
import { ask } from '../support/workspaceDatabase';

const IMAGES = 1400;

/** Where to kill: after so many more images are settled than at the last death, and so much later, drawn from a seed that a failure names. */
const SEED = Number(process.env.SMEARSCOPE_KILL_SEED ?? Date.now() % 1_000_000);

/** Looks every few milliseconds whether it is time, until the process ends or the test does. */
function when(child: ChildProcess, isTime: () => boolean, act: () => void): void {
  const timer = setInterval(() => {
    if (!isTime()) return;
    clearInterval(timer);
    act();
  }, 5);
  const stop = (): void => {
    clearInterval(timer);
  };
  child.on('exit', stop);
  onTestFinished(stop);
}

const count = (database: Database.Database, sql: string): number =>
  database.prepare<[], number>(`select count(*) from ${sql}`).pluck().get() ?? 0;

const settledIn = (workspace: string): number | null =>
  ask(workspace, (database) => count(database, "batch_file where state <> 'pending'"));

/** What the store says, whenever it was cut: each file that is classified has its cell, and each image all its bytes. */
function stateOf(workspace: string): { classified: number; cells: number; missing: string[] } | null {
  return ask(workspace, (database) => ({
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

it('a batch goes on where it was after four SIGKILLs of the program and two of the compute process, with every image once', async () => {
  const folder = await temporaryFolder();
  const images = join(folder, 'images');
  const workspace = join(folder, 'workspace');
  const out = join(folder, 'results.csv');
  await manyImages(images, IMAGES);
  const args = ['classify', images, '--workspace', workspace, '--out', out];
  const random = new Random(SEED);
  const settled = (): number => settledIn(workspace) ?? 0;
  const deaths: string[] = [];
  const told = (): string => `SMEARSCOPE_KILL_SEED=${String(SEED)}; killed ${deaths.join(', ')}`;

  for (let death = 0; death < 4; death++) {
    // The first comes while folders are walked or TensorFlow is loaded, the others anywhere in the first 900 images.
    const point = death === 0 ? 0 : settled() + 1 + Math.floor(random.next() * 200);
    const delay = random.next() * (death === 0 ? 800 : 40);
    const { signal, error } = await smearscope(args, {
      watch: (child) => {
        when(
          child,
          () => (point === 0 ? settledIn(workspace) !== null : settled() >= point),
          () => {
            setTimeout(() => child.kill('SIGKILL'), delay);
          },
        );
      },
    });
    deaths.push(`the program at ${String(settled())} images`);
    expect(signal, `${told()}\n${error}`).toBe('SIGKILL');
    const state = stateOf(workspace);
    expect([state?.cells, state?.missing], told()).toEqual([state?.classified, []]);
  }

  const before = settled();
  expect(before, told()).toBeLessThan(IMAGES);
  const gaps = [random.next(), random.next()].map((share) => 1 + Math.floor((share * (IMAGES - before)) / 4));
  const [first = 1, second = 1] = gaps;
  const killed: number[] = [];
  const { code, error } = await smearscope(args, {
    watch: (child) => {
      const killCompute = (point: number, then: () => void): void => {
        when(
          child,
          () => settled() >= point && childrenOf(child.pid ?? 0).some((id) => !killed.includes(id)),
          () => {
            for (const id of childrenOf(child.pid ?? 0).filter((each) => !killed.includes(each))) {
              deaths.push(`compute at ${String(settled())} images`);
              killed.push(id);
              process.kill(id, 'SIGKILL');
            }
            then();
          },
        );
      };
      killCompute(before + first, () => {
        killCompute(before + first + second, () => undefined);
      });
    },
  });
  expect(code, `${told()}\n${error}`).toBe(0);
  expect(killed, told()).toHaveLength(2);
  expect(error.match(/The compute process ended unexpectedly/g), told()).toHaveLength(2);
  expect(stateOf(workspace), told()).toEqual({ classified: IMAGES, cells: IMAGES, missing: [] });
  const lines = await records(out);
  expect(lines, told()).toHaveLength(IMAGES);
  expect(new Set(lines.map((line) => line.split(',')[0])).size, told()).toBe(IMAGES);
  // The next start takes away what the deaths left half written.
  await smearscope(['models', '--workspace', workspace]);
  const stored = await readdir(join(workspace, 'images'), { recursive: true });
  expect(
    stored.filter((name) => name.includes('.')),
    told(),
  ).toHaveLength(IMAGES);
});
