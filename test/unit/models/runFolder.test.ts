import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Failure } from '#shared/domain/failure';
import { readCheckpoint, writeCheckpoint } from '#models/training/checkpoint';
import { RunFolder, type Position } from '#models/training/runFolder';
import { canMount, mountDisk } from '../../support/mount';
import { temporaryFolder } from '../../support/temporary';

const headSchema = z.object({ epoch: z.int() });
const arrays = (value: number): Map<string, Float32Array> =>
  new Map([
    ['a/kernel', Float32Array.of(value, NaN, -0)],
    ['empty', new Float32Array(0)],
    ['b/bias', new Float32Array(300).fill(value)],
  ]);

describe('a checkpoint', () => {
  it('comes back to the bit', async () => {
    const path = join(await temporaryFolder(), 'x.checkpoint');
    const bytes = await writeCheckpoint(path, dirname(path), { head: { epoch: 3 }, arrays: arrays(1.5) });
    expect((await stat(path)).size).toBe(bytes);
    expect(await readCheckpoint(path, headSchema)).toEqual({ head: { epoch: 3 }, arrays: arrays(1.5) });
  });

  it('cut anywhere, or with any byte changed, is told apart from a whole one', async () => {
    const path = join(await temporaryFolder(), 'x.checkpoint');
    const length = await writeCheckpoint(path, dirname(path), { head: { epoch: 3 }, arrays: arrays(1) });
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(length - 1), fc.boolean(), async (at, cut) => {
        const hurt = Buffer.from(cut ? whole.subarray(0, at) : whole);
        if (!cut) hurt[at] = (hurt[at] ?? 0) ^ 0x10;
        await writeFile(path, hurt);
        await expect(readCheckpoint(path, headSchema)).rejects.toMatchObject({
          failure: { code: 'checkpoint-damaged', message: expect.stringContaining(path) as string },
        });
      }),
      { numRuns: 60 },
    );
  });

  it.skipIf(!canMount())('on a disk that fills says so, and leaves the one before as it was', async () => {
    const folder = join(await temporaryFolder(), 'small');
    await mkdir(folder);
    mountDisk(folder, 'size=64k');
    const path = join(folder, 'x.checkpoint');
    await writeCheckpoint(path, dirname(path), { head: { epoch: 1 }, arrays: arrays(1) });
    const large = new Map([['large', new Float32Array(100_000)]]);
    await expect(writeCheckpoint(path, dirname(path), { head: { epoch: 2 }, arrays: large })).rejects.toMatchObject({
      failure: { code: 'disk-full' },
    });
    expect((await readCheckpoint(path, headSchema)).head).toEqual({ epoch: 1 });
    expect(await readdir(folder)).toEqual(['x.checkpoint']);
  });
});

describe('a run’s folder', () => {
  const identity = { recipe: 'r', data: 'd', images: 100 };
  const at = (stage: number, stageEpochs: number): Position => ({
    backbone: { name: 'small-plain', sha256: '' },
    stage,
    stageEpochs,
    stageSteps: stageEpochs * 10,
    epochsBefore: stage * 5,
    stepsBefore: stage * 50,
    best: null,
    portion: null,
  });
  const weights = (value: number): Map<string, Float32Array> => new Map([['w', Float32Array.of(value)]]);

  async function opened(
    folder: string,
    other: Partial<typeof identity> = {},
  ): Promise<{ run: RunFolder; notices: Failure[] }> {
    const notices: Failure[] = [];
    const run = await RunFolder.open(folder, { ...identity, ...other }, (notice) => notices.push(notice));
    return { run, notices };
  }

  it('goes on after its newest epoch, and keeps no more than it needs', async () => {
    const folder = await temporaryFolder();
    const { run } = await opened(folder);
    expect(await run.resume()).toBeNull();
    await run.enter(at(0, 0), weights(1));
    expect((await run.resume())?.state).toBeNull();
    for (const epoch of [1, 2, 3, 4]) await run.keep(at(0, epoch), weights(10 + epoch));
    await run.keepBest(0, 2, weights(12));
    expect(await run.resume()).toEqual({ position: at(0, 4), entry: weights(1), state: weights(14) });
    expect(await run.best(0)).toEqual(weights(12));
    expect((await readdir(folder)).sort()).toEqual([
      'stage-0-best.weights',
      'stage-0-epoch-3.checkpoint',
      'stage-0-epoch-4.checkpoint',
      'stage-0.weights',
    ]);
    await run.enter(at(1, 0), weights(2));
    expect(await run.resume()).toEqual({ position: at(1, 0), entry: weights(2), state: null });
    await run.enter(at(2, 0), weights(3));
    expect((await readdir(folder)).sort()).toEqual(['stage-1.weights', 'stage-2.weights']);
  });

  it('whose newest checkpoint is cut goes on from the one before, and says so', async () => {
    const folder = await temporaryFolder();
    const { run, notices } = await opened(folder);
    await run.enter(at(0, 0), weights(1));
    for (const epoch of [1, 2]) await run.keep(at(0, epoch), weights(10 + epoch));
    const newest = join(folder, 'stage-0-epoch-2.checkpoint');
    await truncate(newest, Math.floor((await stat(newest)).size / 2));
    expect((await run.resume())?.position).toEqual(at(0, 1));
    expect(notices.map(({ code, message }) => [code, message.includes(newest)])).toEqual([
      ['checkpoint-damaged', true],
    ]);
    await truncate(join(folder, 'stage-0-epoch-1.checkpoint'), 10);
    expect((await run.resume())?.position).toEqual(at(0, 0));
    await run.keep(at(0, 1), weights(11));
    expect(await readdir(folder)).not.toContain('stage-0-epoch-2.checkpoint');
  });

  it('whose new stage is damaged goes back to the end of the stage before', async () => {
    const folder = await temporaryFolder();
    const { run } = await opened(folder);
    await run.enter(at(0, 0), weights(1));
    for (const epoch of [1, 2]) await run.keep(at(0, epoch), weights(10 + epoch));
    await run.enter(at(1, 0), weights(2));
    await truncate(join(folder, 'stage-1.weights'), 10);
    expect((await run.resume())?.position).toEqual(at(0, 2));
  });

  it('is refused to a run with other images, or another recipe', async () => {
    const folder = await temporaryFolder();
    const { run } = await opened(folder);
    await run.enter(at(0, 0), weights(1));
    const other = await opened(folder, { data: 'e', images: 99 });
    await expect(other.run.resume()).rejects.toMatchObject({
      failure: { code: 'data-changed', message: 'The run was begun with other images: 100 then, 99 now.' },
    });
    const changed = await opened(folder, { recipe: 's' });
    await expect(changed.run.resume()).rejects.toMatchObject({ failure: { code: 'data-changed' } });
    expect((await run.resume())?.position).toEqual(at(0, 0));
  });
});
