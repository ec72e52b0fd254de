import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ContentHash } from '#shared/domain/ids';
import type { CallResult } from '#shared/ipc/contract';
import { makeLargeSlide } from '../support/largeSlide';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';

const CELLS = 20_000;
const FRAMES = 240;

it('a slide of 20,000 cells is read in portions, and only the cells in sight are in the page while it scrolls', async () => {
  const folder = join(await temporaryFolder(), 'workspace');
  makeLargeSlide(folder, CELLS);
  const app = await App.start(folder);
  const page = app.window;
  await page.getByRole('option').nth(20).waitFor();
  await app.resize({ width: 1440, height: 900, zoom: 1 });
  await page.getByText(/^CPU|^GPU/).waitFor();

  const opening = await page.evaluate(async () => {
    const answered = async <T>(name: string, answer: Promise<{ result: T } | { failure: unknown }>): Promise<T> => {
      const found = await answer;
      if ('failure' in found) throw new Error(`${name} failed.`);
      return found.result;
    };
    const [batch] = await answered('batch.list', window.smearscope.call('batch.list', null));
    if (!batch) throw new Error('There is no batch.');
    const [slide] = await answered('batch.slides', window.smearscope.call('batch.slides', { batchId: batch.id }));
    if (!slide) throw new Error('There is no slide.');
    const portions: number[] = [];
    let largest = 0;
    const start = performance.now();
    let cells = 0;
    let after: ContentHash | null = null;
    for (let more = true; more;) {
      const asked = performance.now();
      const portion: CallResult<'cell.list'> = await answered(
        'cell.list',
        window.smearscope.call('cell.list', { slideId: slide.id, after }),
      );
      portions.push(performance.now() - asked);
      cells += portion.cells.length;
      largest = Math.max(largest, portion.cells.length);
      more = portion.more;
      after = portion.cells.at(-1)?.hash ?? null;
    }
    return { cells, largest, whole: performance.now() - start, worst: Math.max(...portions) };
  });
  const frames = await page.evaluate(async (count) => {
    const list = document.querySelector('[role=listbox]');
    if (!list) throw new Error('There is no gallery.');
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const times: number[] = [];
    let mostOptions = 0;
    let last = await frame();
    for (let index = 0; index < count; index++) {
      list.scrollTop += 60;
      const now = await frame();
      times.push(now - last);
      last = now;
      mostOptions = Math.max(mostOptions, list.querySelectorAll('[role=option]').length);
    }
    return { times: times.sort((a, b) => a - b), mostOptions };
  }, FRAMES);
  await app.screenshot('large-slide');
  const at = (share: number): number => Math.round(frames.times[Math.floor(share * (frames.times.length - 1))] ?? NaN);
  await app.note('large-slide', {
    cells: opening.cells,
    readMs: Math.round(opening.whole),
    worstPortionMs: Math.round(opening.worst),
    frameMs: { median: at(0.5), of95Percent: at(0.95), worst: at(1) },
  });
  expect(opening.cells).toBe(CELLS);
  // How long it took is among the artefacts; that it stays quick follows from these.
  expect(opening.largest).toBeLessThanOrEqual(2000);
  expect(frames.mostOptions).toBeGreaterThan(10);
  expect(frames.mostOptions).toBeLessThan(200);

  await page.keyboard.press('End');
  await page.getByRole('option', { selected: true }).waitFor();
  await page.keyboard.press('Control+a');
  await page.getByText('20,000 selected').waitFor();
  await app.close();
});
