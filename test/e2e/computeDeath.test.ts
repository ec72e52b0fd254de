import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manyImages } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';

const IMAGES = 600;

it('a batch whose compute process is killed half way says so in the window and is done to its end, with each image once', async () => {
  const folder = await temporaryFolder();
  await manyImages(join(folder, 'images'), IMAGES);
  const app = await App.start(join(folder, 'workspace'));
  const { window: page } = app;
  const batch = (): Promise<{ state: string; classified: number; total: number } | null> =>
    page.evaluate(async () => {
      const answer = await window.smearscope.call('batch.list', null);
      const [first] = 'result' in answer ? answer.result : [];
      return first ? { state: first.state, classified: first.classified, total: first.total } : null;
    });

  await app.drop(join(folder, 'images'));
  await expect.poll(async () => (await batch())?.classified, { interval: 10, timeout: 60_000 }).toBeGreaterThan(50);
  const killed = await app.computeProcess();
  process.kill(killed, 'SIGKILL');
  await page.getByText(/The compute process ended unexpectedly/).waitFor();
  await page.getByText(/The work goes on in a new one/).waitFor();
  await app.screenshot('compute-died');

  await expect.poll(batch, { timeout: 120_000 }).toEqual({ state: 'done', classified: IMAGES, total: IMAGES });
  expect(await app.computeProcess()).not.toBe(killed);
  const hashes = await page.evaluate(async () => {
    const batches = await window.smearscope.call('batch.list', null);
    const [first] = 'result' in batches ? batches.result : [];
    if (!first) return [];
    const slides = await window.smearscope.call('batch.slides', { batchId: first.id });
    const lists = await Promise.all(
      ('result' in slides ? slides.result : []).map(({ id }) =>
        window.smearscope.call('cell.list', { slideId: id, after: null }),
      ),
    );
    return lists.flatMap((list) => ('result' in list ? list.result.cells.map(({ hash }) => hash) : []));
  });
  expect([hashes.length, new Set(hashes).size]).toEqual([IMAGES, IMAGES]);
  const log = await readFile(join(folder, 'workspace', 'log', 'smearscope.log'), 'utf8');
  expect(log.match(/compute process is ready/g)).toHaveLength(2);
  expect(log).toMatch(/error compute process ended: exit code \d+/);
  await app.close();
});
