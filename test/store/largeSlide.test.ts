import { expect, it } from 'vitest';
import { openWorkspace } from '#main/store/workspace';
import type { Cell } from '#shared/domain/cell';
import type { ContentHash } from '#shared/domain/ids';
import { makeLargeSlide } from '../support/largeSlide';
import { temporaryFolder } from '../support/temporary';

it('a class of 2,500 cells is decided and undone at once, whatever else its batch holds', async () => {
  const folder = await temporaryFolder();
  makeLargeSlide(folder, 10_000);
  const workspace = openWorkspace(folder);
  const [batch] = workspace.batches.list();
  const [slide] = batch ? workspace.slides.ofBatch(batch.id) : [];
  if (!batch || !slide) throw new Error('There is no slide.');
  const chosen = workspace.cells.ofSlide(slide.id, null, 2500).map(({ id }) => id);
  const start = performance.now();
  const changed = workspace.reviews.decide(batch.id, chosen, { kind: 'class', classId: 'monocyte' }, 'A');
  const undone = workspace.reviews.undo(batch.id, 'A');
  const seconds = (performance.now() - start) / 1000;
  workspace.close();
  expect(new Set(undone)).toEqual(new Set(changed));
  expect(changed.length).toBeGreaterThan(2000);
  // Going through all cells of the batch for each of them took over 2 s.
  expect(seconds).toBeLessThan(1);
});

it('the cells of a slide come in portions, each once', async () => {
  const folder = await temporaryFolder();
  makeLargeSlide(folder, 1000);
  const workspace = openWorkspace(folder);
  const [slide] = workspace.batches.list().flatMap(({ id }) => workspace.slides.ofBatch(id));
  if (!slide) throw new Error('There is no slide.');
  const portions: Cell[][] = [];
  for (let after: ContentHash | null = null; ;) {
    const portion: Cell[] = workspace.cells.ofSlide(slide.id, after, 300);
    portions.push(portion);
    after = portion.at(-1)?.hash ?? null;
    if (portion.length < 300) break;
  }
  workspace.close();
  expect(portions.map(({ length }) => length)).toEqual([300, 300, 300, 100]);
  expect(new Set(portions.flat().map(({ id }) => id)).size).toBe(1000);
});
