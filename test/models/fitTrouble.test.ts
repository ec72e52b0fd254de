import { mkdir, readdir, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FitEvent } from '#shared/compute/protocol';
import { tf } from '#models/backend/tensorflow';
import { openSessions } from '#models/graph/session';
import { readCheckpoint, writeCheckpoint } from '#models/training/checkpoint';
import { Trainer } from '#models/training/trainer';
import { hasData } from '../support/data';
import { canMount, mountDisk, resizeDisk } from '../support/mount';
import { epochsOf, FOUR, labelled, noticesOf, smallRecipe, stepsOf, train, trainedOnce } from '../support/smallFit';
import { temporaryFolder } from '../support/temporary';

describe.skipIf(!hasData)('training by gradients in trouble', () => {
  const whole = trainedOnce();

  it('whose loss is no number any more stops, says what to change, and can be resumed to make a model of its best epoch', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const recipe = smallRecipe({}, { epochs: 3 });
    /** The numbers of the outside world: from the 9th step on, the loss is NaN. */
    const astray = (options: Parameters<typeof Trainer.open>[0]): Trainer => {
      const trainer = Trainer.open(options);
      const step = trainer.step.bind(trainer);
      let steps = 0;
      trainer.step = (batch, at) => ({ ...step(batch, at), ...(++steps >= 9 && { loss: NaN }) });
      return trainer;
    };
    const before: FitEvent[] = [];
    const onEvent = (event: FitEvent): void => {
      before.push(event);
    };
    await expect(train(folder, files, recipe, { openTrainer: astray, onEvent })).rejects.toMatchObject({
      failure: {
        code: 'diverged',
        message: expect.stringMatching(/after step 9 .* The best weights, of epoch 1 /) as string,
        hint: expect.stringContaining('stages.0.schedule.rate') as string,
      },
    });
    expect(stepsOf(before).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { events, result } = await train(folder, files, recipe);
    expect(stepsOf(events)).toEqual([]);
    expect(result.card.evaluation.n).toBe(24);
  });

  it('takes fewer images at once when the device runs out of memory, says so, and learns the same where no layer looks across images', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const { head } = smallRecipe();
    // Dropout and augmentation draw anew for each piece, and batch norm sees the pieces.
    const plain = { head: { ...head, dropout: 0 }, augmentation: { steps: [] } };
    const recipe = smallRecipe(plain, { train: { kind: 'head' } });
    let opened = 0;
    const small = (options: Parameters<typeof Trainer.open>[0]): Trainer => {
      const trainer = Trainer.open(options);
      if (opened++ > 0) return trainer;
      trainer.step = () => {
        throw new Error('OOM when allocating tensor with shape[16,32,32,32]');
      };
      return trainer;
    };
    const { events } = await train(folder, files, recipe, { openTrainer: small });
    expect(noticesOf(events)).toEqual(['out-of-memory']);
    expect(events.find((event) => event.kind === 'notice')).toMatchObject({
      failure: {
        message: expect.stringContaining('it now takes 8 images at once; a step still learns from 16') as string,
      },
    });
    expect(epochsOf(events)).toEqual([1, 2]);
    const atOnce = stepsOf((await train(folder, files, recipe, { run: 'whole' })).events);
    const losses = stepsOf(events).map(({ loss }) => loss);
    expect(losses).toHaveLength(atOnce.length);
    losses.forEach((loss, index) => {
      expect(loss).toBeCloseTo(atOnce[index]?.loss ?? NaN, 4);
    });
  });

  it.each([
    { batchNorm: false, fewest: 1, taken: [16, 8, 4, 2, 1] },
    { batchNorm: true, fewest: 2, taken: [16, 8, 4, 2] },
  ])('stops where $fewest at once are too many still, with batch norm in the head: $batchNorm', async (each) => {
    const folder = await temporaryFolder();
    const files = await labelled(folder, 12);
    const base = smallRecipe();
    const recipe = smallRecipe({ head: { ...base.head, batchNorm: each.batchNorm } });
    const taken: number[] = [];
    const full = (options: Parameters<typeof Trainer.open>[0]): Trainer => {
      const trainer = Trainer.open(options);
      taken.push(16 / (options.accumulate ?? 1));
      trainer.step = () => {
        throw new Error('OOM when allocating tensor with shape[16,32,32,32]');
      };
      return trainer;
    };
    await expect(train(folder, files, recipe, { openTrainer: full })).rejects.toMatchObject({
      failure: {
        code: 'out-of-memory',
        message: expect.stringContaining(`${String(each.fewest)} of its images at once`) as string,
      },
    });
    expect(taken).toEqual(each.taken);
  });

  it('goes on from the checkpoint before one that was cut, and ends as if it had not been', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    await expect(train(folder, files, FOUR, { stopAtStep: 22 })).rejects.toThrow('stopped');
    const newest = join(folder, 'runs', 'run', 'stage-0-epoch-3.checkpoint');
    await truncate(newest, Math.floor((await stat(newest)).size / 2));
    const resumed = await train(folder, files, FOUR);
    expect(noticesOf(resumed.events)).toEqual(['checkpoint-damaged']);
    expect(epochsOf(resumed.events)).toEqual([3, 4]);
    expect(resumed.result.card.evaluation).toEqual(whole().result.card.evaluation);
  });

  it('leaves nothing in memory where a checkpoint lacks a part of the state', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder, 12);
    const recipe = smallRecipe({}, { epochs: 3 });
    await expect(train(folder, files, recipe, { stopAtStep: 4 })).rejects.toThrow('stopped');
    const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
    const path = join(folder, 'runs', 'run', 'stage-0-epoch-1.checkpoint');
    const { head, arrays } = await readCheckpoint(path, z.looseObject({}));
    const others = [...arrays].filter(([name]) => name !== 'head_output/kernel');
    await writeCheckpoint(path, dirname(path), { head, arrays: new Map(others) });
    await expect(train(folder, files, recipe)).rejects.toThrow('The state has no head_output/kernel.');
    expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
  });

  it('is refused to go on with other images, and keeps its checkpoints', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const recipe = smallRecipe({}, { epochs: 3 });
    await expect(train(folder, files, recipe, { stopAtStep: 8 })).rejects.toThrow('stopped');
    await expect(train(folder, files.slice(1), recipe)).rejects.toMatchObject({
      failure: { code: 'data-changed', message: 'The run was begun with other images: 120 then, 119 now.' },
    });
    const relabelled = files.map((file, index) => (index === 0 ? { ...file, classId: 'neutrophil' } : file));
    await expect(train(folder, relabelled, recipe)).rejects.toThrow('120 now, with other contents or labels');
    const { events } = await train(folder, files, recipe);
    expect(epochsOf(events)).toEqual([2, 3]);
  });

  it('goes on when images are deleted while it trains: their pixels are kept', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const removals: Promise<void>[] = [];
    const { result } = await train(folder, files, smallRecipe(), {
      onEvent: ({ kind }) => {
        if (kind === 'steps' && removals.length === 0) removals.push(rm(join(folder, 'data'), { recursive: true }));
      },
    });
    await Promise.all(removals);
    expect(removals).toHaveLength(1);
    expect(result.card.data.training).toBe(84);
    await expect(readdir(join(folder, 'data'))).rejects.toThrow('ENOENT');
  });

  it('refuses a class with one image, and one that the split leaves nothing of to learn from, by name', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const one = files.filter(({ classId }, index) => classId !== 'neutrophil' || index === files.length - 1);
    await expect(train(folder, one, smallRecipe())).rejects.toThrow('Too few readable images: neutrophil (1).');
    // All neutrophils are of one slide, which goes into one part whole.
    const oneSlide = files.map((file) => ({
      ...file,
      slide: file.classId === 'neutrophil' ? 'n' : `${file.classId} ${file.path.slice(-6)}`,
    }));
    await expect(train(folder, oneSlide, smallRecipe())).rejects.toMatchObject({
      failure: {
        code: 'too-little-data',
        message: expect.stringMatching(/^The split leaves no image .* of neutrophil:/) as string,
      },
    });
    expect(await readdir(folder)).not.toContain('models');
  });

  it('says where the weights of a network are to be had that do not come with the program', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder, 10);
    const recipe = smallRecipe({ network: 'efficientnet-b0', weights: 'published' });
    await expect(train(folder, files, recipe)).rejects.toMatchObject({
      failure: { code: 'not-found', hint: expect.stringContaining('weights=<path') as string },
    });
  });

  it.skipIf(!canMount())('whose disk fills during a checkpoint says so, and goes on from the one before', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const runs = join(folder, 'runs');
    await mkdir(runs);
    mountDisk(runs, 'size=60m');
    const filled = train(folder, files, FOUR, {
      // Room for the first epoch, and not for the second.
      onEvent: ({ kind }) => {
        if (kind === 'epoch') resizeDisk(runs, '30m');
      },
    });
    await expect(filled).rejects.toMatchObject({ failure: { code: 'disk-full' } });
    expect(await readdir(join(runs, 'run'))).toContain('stage-0-epoch-1.checkpoint');
    resizeDisk(runs, '60m');
    const resumed = await train(folder, files, FOUR);
    expect(resumed.result.card.evaluation).toEqual(whole().result.card.evaluation);
  });
});
