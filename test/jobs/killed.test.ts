import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '#models/data/random';
import type { Model } from '#shared/domain/model';
import type { Run } from '#shared/domain/run';
import { UNFINISHED } from '#shared/domain/unfinished';
import { records, smearscope } from '../support/commandLine';
import { copyClasses, hasData, manyImages } from '../support/data';
import { PlannedKill, settledIn, storeState, type Victim } from '../support/killing';
import { temporaryFolder } from '../support/temporary';

/**
 * How many times each is killed: batches, trainings, imports. `SMEARSCOPE_KILLS=200,40,20 npm test -- store` is the whole campaign; it takes about half an hour on two cores.
 * Where to kill is drawn from a seed that a failure names; SMEARSCOPE_KILL_SEED repeats it.
 */
const [BATCH_KILLS = 6, TRAINING_KILLS = 2, IMPORT_KILLS = 2] = (process.env.SMEARSCOPE_KILLS ?? '6,2,2')
  .split(',')
  .map(Number);
const SEED = Number(process.env.SMEARSCOPE_KILL_SEED ?? Date.now() % 1_000_000);
const MINUTES_A_KILL = 1;

const limit = (kills: number): number => (2 + kills * MINUTES_A_KILL) * 60_000;

/** A hash of every file of a folder by its path, to see that nothing of the user's was changed. */
async function fingerprint(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(await readFile(name));
  return hash.digest('hex');
}

describe('killed at any moment', () => {
  it(
    `${String(BATCH_KILLS)} kills of the program and of compute, at the start, between commits and at the end of a batch, lose nothing and double nothing`,
    async () => {
      const images = 160;
      const folder = await temporaryFolder();
      const source = join(folder, 'images');
      const workspace = join(folder, 'workspace');
      const out = join(folder, 'results.csv');
      await manyImages(source, images);
      const untouched = await fingerprint(source);
      const random = new Random(SEED);
      const deaths: string[] = [];
      const story = (): string => `SMEARSCOPE_KILL_SEED=${String(SEED)}; killed ${deaths.join(', ')}`;
      let kills = 0;
      while (kills < BATCH_KILLS) {
        const { finished } = storeState(workspace) ?? { finished: 0 };
        const before = settledIn(workspace) ?? 0;
        const end = (finished + 1) * images;
        const victim: Victim = random.next() < 0.3 ? 'compute' : 'the program';
        const moment = random.next();
        const [phase, point, delay] =
          moment < 0.25
            ? ['start', 0, random.next() * 1500]
            : moment < 0.75
              ? ['commit', before + 1 + Math.floor(random.next() * (end - before)), random.next() * 40]
              : ['end', end, random.next() * 120];
        const kill = new PlannedKill(victim, delay, () => point === 0 || (settledIn(workspace) ?? 0) >= point);
        const { code, signal, error } = await smearscope(
          ['classify', source, '--workspace', workspace, '--out', out],
          kill,
        );
        if (kill.happened) {
          kills++;
          deaths.push(`${victim} at the ${phase} (${String(settledIn(workspace) ?? 0)} settled)`);
        }
        const state = storeState(workspace);
        if (state === null) continue;
        expect([state.cells, state.missing], story()).toEqual([state.classified, []]);
        // A kill after the results were written ends a batch that is done; one before it leaves a batch that goes on.
        const isDone = state.finished === finished + 1;
        expect(state.batches, story()).toBeLessThanOrEqual(finished + 1);
        if (isDone) expect(state.cells, story()).toBe(end);
        if (signal === 'SIGKILL' && !isDone) continue;
        expect([isDone, signal === 'SIGKILL' || code === 0], `${story()}\n${error}`).toEqual([true, true]);
        const lines = await records(out);
        expect(new Set(lines.map((line) => line.split(',')[0])).size, story()).toBe(images);
        expect(lines, story()).toHaveLength(images);
      }
      // The next start takes away what the deaths left half written.
      await smearscope(['models', '--workspace', workspace]);
      const stored = await readdir(join(workspace, 'images'), { recursive: true });
      expect(
        stored.filter((name) => name.includes('.') && name !== UNFINISHED),
        story(),
      ).toHaveLength((storeState(workspace)?.cells ?? 0) > 0 ? images : 0);
      expect(await fingerprint(source), story()).toBe(untouched);
    },
    limit(BATCH_KILLS),
  );

  it.skipIf(!hasData)(
    `${String(TRAINING_KILLS)} kills over trainings leave the model that the uncut training makes`,
    async () => {
      const folder = await temporaryFolder();
      const data = join(folder, 'data');
      await copyClasses(data, 30, ['eosinophil', 'lymphocyte', 'neutrophil']);
      const settings = ['network=small-plain', 'workingSize=32', 'inputSize=32', 'stages.0.epochs=6'];
      const begin = (workspace: string): string[] => [
        ...['train', '--recipe', 'scratch', '--data', data, '--name', 'small', '--workspace', workspace],
        ...settings.flatMap((setting) => ['--set', setting]),
      ];
      const whole = join(folder, 'whole');
      const uncut = await smearscope(begin(whole));
      expect(uncut.code, uncut.error).toBe(0);
      const weightsOf = async (workspace: string): Promise<Buffer> =>
        readFile(join(workspace, 'models', 'small', 'weights.bin'));
      const wanted = await weightsOf(whole);

      const random = new Random(SEED + 1);
      const deaths: string[] = [];
      const story = (): string => `SMEARSCOPE_KILL_SEED=${String(SEED)}; killed ${deaths.join(', ')}`;
      for (let kills = 0, number = 0; kills < TRAINING_KILLS; number++) {
        const workspace = join(folder, `cut${String(number)}`);
        let run: Run | null = null;
        for (;;) {
          const victim: Victim = random.next() < 0.3 ? 'compute' : 'the program';
          const delay = random.next() * 6000;
          const kill = new PlannedKill(victim, delay, () => kills < TRAINING_KILLS);
          const { code, signal, error } = await smearscope(
            run === null ? begin(workspace) : ['train', '--resume', run.id, '--workspace', workspace],
            kill,
          );
          if (kill.happened) {
            kills++;
            deaths.push(`${victim} of training ${String(number)} after ${delay.toFixed(0)} ms`);
          }
          const { out } = await smearscope(['runs', '--json', '--workspace', workspace]);
          const runs = JSON.parse(out) as Run[];
          expect(runs.length, story()).toBeLessThanOrEqual(1);
          run = runs[0] ?? null;
          if (run?.state === 'done') break;
          expect([signal, code], `${story()}\n${error}`).toEqual(['SIGKILL', null]);
        }
        expect((await weightsOf(workspace)).equals(wanted), story()).toBe(true);
        await rm(workspace, { recursive: true });
      }
    },
    limit(TRAINING_KILLS),
  );

  it.skipIf(!hasData)(
    `${String(IMPORT_KILLS)} kills over imports leave whole models only, and remove nothing`,
    async () => {
      const folder = await temporaryFolder();
      const data = join(folder, 'data');
      const maker = join(folder, 'maker');
      await copyClasses(data, 12, ['eosinophil', 'lymphocyte', 'neutrophil']);
      const made = await smearscope([
        ...['train', '--recipe', 'scratch', '--data', data, '--name', 'small', '--workspace', maker],
        ...['network=small-plain', 'workingSize=32', 'inputSize=32', 'stages.0.epochs=1'].flatMap((each) => [
          '--set',
          each,
        ]),
      ]);
      expect(made.code, made.error).toBe(0);
      const source = join(maker, 'models', 'small');
      const workspace = join(folder, 'workspace');
      // A folder that the workspace does not know, where the import would like to write.
      await mkdir(join(workspace, 'models', 'small'), { recursive: true });
      await writeFile(join(workspace, 'models', 'small', 'notes.txt'), 'of another program');
      const untouched = await fingerprint(source);
      const random = new Random(SEED + 2);
      let finished = 0;
      for (let kills = 0; kills < IMPORT_KILLS;) {
        const victim: Victim = random.next() < 0.3 ? 'compute' : 'the program';
        const kill = new PlannedKill(victim, random.next() * 2500);
        const { code } = await smearscope(['import', source, '--workspace', workspace], kill);
        if (kill.happened) kills++;
        if (code === 0) finished++;
        const { out, error } = await smearscope(['models', '--json', '--workspace', workspace]);
        expect(error, `SMEARSCOPE_KILL_SEED=${String(SEED)}`).toBe('');
        const models = (JSON.parse(out) as Model[]).filter(({ origin }) => origin !== 'starter');
        const story = `SMEARSCOPE_KILL_SEED=${String(SEED)}, ${String(kills)} kills`;
        expect(models.length, story).toBeGreaterThanOrEqual(finished);
        expect(models.length, story).toBeLessThanOrEqual(finished + kills);
        for (const { id, card } of models) {
          for (const [name, hash] of Object.entries(card.files)) {
            const bytes = await readFile(join(workspace, 'models', id, name));
            expect(createHash('sha256').update(bytes).digest('hex'), `${story}: ${id}/${name}`).toBe(hash);
          }
        }
      }
      expect(await fingerprint(source)).toBe(untouched);
      expect(await readFile(join(workspace, 'models', 'small', 'notes.txt'), 'utf8')).toBe('of another program');
    },
    limit(IMPORT_KILLS),
  );
});
