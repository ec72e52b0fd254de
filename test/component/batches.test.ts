import { expect, it } from 'vitest';
import { batchSchema, type Batch } from '#shared/domain/batch';
import type { JobState } from '#shared/domain/jobState';
import { Batches } from '../../renderer/src/features/classify/batches.svelte';
import { FakeBridge } from '../support/fakeBridge';

const batch = (revision: number, state: JobState): Batch =>
  batchSchema.parse({
    id: '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
    revision,
    name: 'ward 4',
    createdAt: '2026-11-24T09:14:00.000Z',
    modelId: 'starter',
    views: 1,
    precision: null,
    sources: ['/ward 4'],
    state,
    failure: null,
    walked: true,
    total: 3,
    classified: 1,
    duplicates: 0,
    unreadable: 0,
  });

/** The batches of a window whose main answers as given, once they are there. */
async function batchesOf(
  answers: ConstructorParameters<typeof FakeBridge>[0],
  onMain: (main: FakeBridge) => void = () => undefined,
): Promise<[Batches, FakeBridge]> {
  const main = new FakeBridge({ 'batch.slides': () => [], 'batch.setAside': () => [], ...answers });
  onMain(main);
  Object.defineProperty(window, 'smearscope', { configurable: true, value: main.bridge });
  const batches = new Batches();
  batches.start();
  await expect.poll(() => batches.loaded).toBe(true);
  return [batches, main];
}

it('a resumed batch is shown as running although main’s answer arrives after the event that says so', async () => {
  const [batches, main] = await batchesOf({
    'batch.list': () => [batch(1, 'paused')],
    'batch.resume': () => {
      const answer = batch(2, 'queued');
      main.emit('batch.changed', batch(3, 'running'));
      return answer;
    },
  });
  await batches.pauseOrResume();
  expect(batches.list.map(({ state }) => state)).toEqual(['running']);
});

it('a batch that is done while the window asks for the list is not shown as running', async () => {
  const listed: FakeBridge[] = [];
  const [batches] = await batchesOf(
    {
      'batch.list': () => {
        const answer = [batch(1, 'running')];
        for (const main of listed) main.emit('batch.changed', batch(2, 'done'));
        return answer;
      },
    },
    (main) => listed.push(main),
  );
  expect(batches.list.map(({ state }) => state)).toEqual(['done']);
});

it('while a batch is pausing or cancelling, Space asks for nothing', async () => {
  const [batches, main] = await batchesOf({ 'batch.list': () => [batch(1, 'pausing')] });
  const asked = main.asked.length;
  await batches.pauseOrResume();
  expect([batches.running?.state, main.asked.length]).toEqual(['pausing', asked]);
});
