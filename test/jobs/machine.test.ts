import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Application } from '#main/application';
import { resourcesIn } from '#main/resources';
import type { ComputeParams } from '#shared/compute/protocol';
import type { Batch } from '#shared/domain/batch';
import { batchIdSchema, type BatchId } from '#shared/domain/ids';
import { classifyingMachine, type FakeMachine, type Health } from '../support/fakeCompute';
import { temporaryFolder } from '../support/temporary';

const IMAGES = 600;

interface Program {
  readonly application: Application;
  readonly machine: FakeMachine;
  readonly batchId: BatchId;
  readonly health: { -readonly [K in keyof Health]: Health[K] };
}

/** The program on a folder of images, on a machine of this health, which may change. */
async function programOn(health: Health, images = IMAGES): Promise<Program> {
  const folder = await temporaryFolder();
  const slide = join(folder, 'slide');
  await mkdir(slide);
  for (let index = 0; index < images; index++) await writeFile(join(slide, `${String(index)}.jpg`), '');
  const changing = { ...health };
  const machine = classifyingMachine(changing);
  const application = new Application({
    workspaceFolder: join(folder, 'workspace'),
    resources: resourcesIn(resolve('.')),
    launchCompute: () => machine.launch,
    emit: () => undefined,
  });
  const batchId = batchIdSchema.parse(randomUUID());
  application.createBatch({ id: batchId, sources: [slide] });
  return { application, machine, batchId, health: changing };
}

/** Runs the batch to its end, with time going by as fast as it is waited for. */
async function run({ application, batchId }: Program): Promise<Batch> {
  let ended: Batch | null = null;
  void application.batches.run(batchId).then(({ entry }) => {
    ended = entry;
  });
  await vi.waitFor(
    async () => {
      await vi.advanceTimersByTimeAsync(500);
      expect(ended).not.toBeNull();
    },
    { timeout: 60_000, interval: 1 },
  );
  return application.workspace.batches.get(batchId);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a machine on which', () => {
  // Starts are counted with those that load the model while the folders are walked.
  it.each([
    ['TensorFlow cannot start', { start: () => 'SIGILL' }, 'TensorFlow cannot start on this processor (SIGILL).', 6],
    ['no model can be loaded', { load: () => 'SIGKILL' }, 'It does so whatever it is given.', 6],
    ['every image ends the process', { image: () => 'SIGILL' }, 'It does so whatever it is given.', 12],
  ] as const)(
    '%s fails the batch with its reason after a few tries, sets no file aside, and goes on once it is mended',
    async (_, health, message, mostStarts) => {
      const program = await programOn(health);
      const failed = await run(program);
      expect(failed).toMatchObject({ state: 'failed', classified: 0, unreadable: 0, total: IMAGES });
      expect(failed.failure?.message).toContain(message);
      expect(program.machine.processes.length).toBeLessThanOrEqual(mostStarts);
      for (const ill of ['start', 'load', 'image'] as const) Reflect.deleteProperty(program.health, ill);
      expect(await run(program)).toMatchObject({ state: 'done', failure: null, classified: IMAGES, unreadable: 0 });
      await program.application.close();
    },
    60_000,
  );

  it('the process is killed now and then loses no image and blames none', async () => {
    let images = 0;
    const program = await programOn({ image: () => (++images % 150 === 0 ? 'SIGKILL' : null) });
    expect(await run(program)).toMatchObject({ state: 'done', classified: IMAGES, unreadable: 0 });
    await program.application.close();
  }, 60_000);
});

describe('a file that brings the process down', () => {
  it('is set aside by itself after it was in hand alone at two deaths, and requests are full again', async () => {
    const program = await programOn({ image: (path) => (path.endsWith('/77.jpg') ? 'SIGSEGV' : null) });
    expect(await run(program)).toMatchObject({ state: 'done', classified: IMAGES - 1, unreadable: 1 });
    const { application, machine, batchId } = program;
    expect(application.workspace.batches.setAside(batchId).map(({ path }) => path)).toEqual([
      expect.stringContaining('77.jpg'),
    ]);
    expect(machine.processes.length).toBeLessThanOrEqual(6);
    const sizes = machine.last.sent.flatMap((message) =>
      message.kind === 'call' && message.method === 'classify'
        ? [(message.params as ComputeParams<'classify'>).files.length]
        : [],
    );
    expect(Math.max(...sizes)).toBe(256);
    await application.close();
  }, 60_000);

  it('is set aside also where it is the only one', async () => {
    const program = await programOn({ image: (path) => (path.endsWith('/0.jpg') ? 'SIGSEGV' : null) }, 1);
    expect(await run(program)).toMatchObject({ state: 'done', classified: 0, unreadable: 1 });
    await program.application.close();
  }, 60_000);
});
