import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { manyImages } from '../support/data';
import { makeLargeSlide } from '../support/largeSlide';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';
import { WIDE, ZOOMED } from './pages/tour';

const CELLS = 200;

/** Label of the option that keys act on now. */
const current = (app: App): Promise<string | null | undefined> =>
  app.window.evaluate(() => {
    const list = document.querySelector('[role=listbox]');
    return document.getElementById(list?.getAttribute('aria-activedescendant') ?? '')?.getAttribute('aria-label');
  });
const hasKeys = (app: App): Promise<boolean> =>
  app.window.evaluate(() => document.activeElement?.getAttribute('role') === 'listbox');
const scrollTop = (app: App): Promise<number> =>
  app.window.getByRole('listbox').evaluate((list) => Math.round(list.scrollTop));
const countOf = (app: App, name: string): Promise<number> =>
  app.window
    .getByRole('button', { name: new RegExp(`^${name}, \\d+ cells$`) })
    .getAttribute('aria-label')
    .then((label) => Number(/\d+/.exec(label ?? '')?.[0]));

describe('a review in the real window', () => {
  let app: App;
  beforeEach(async () => {
    const workspace = join(await temporaryFolder(), 'workspace');
    makeLargeSlide(workspace, CELLS, ['first', 'second']);
    app = await App.start(workspace);
    await app.resize(WIDE);
    await app.nameReviewer('Ada');
    await app.window.getByRole('option').nth(8).waitFor();
  });

  it('drags a selection to a class with the mouse', async () => {
    const { window } = app;
    const options = window.getByRole('option');
    await options.nth(1).click();
    await options.nth(3).click({ modifiers: ['Shift'] });
    await window.getByText('3 selected').waitFor();
    const before = await countOf(app, 'Monocyte');
    const labels = await Promise.all([1, 2, 3].map((index) => options.nth(index).getAttribute('aria-label')));
    const others = labels.filter((label) => !label?.startsWith('Monocyte')).length;
    await app.drag(options.nth(2), window.getByRole('button', { name: /^Monocyte, / }));
    await expect.poll(() => countOf(app, 'Monocyte')).toBe(before + others);
    for (const index of [1, 2, 3])
      expect(await options.nth(index).getAttribute('aria-label')).toMatch(/^Monocyte, .* (corrected|confirmed)/);
    expect(await hasKeys(app)).toBe(true);
    // A cell that is not selected is dragged alone.
    await app.drag(options.nth(6), window.getByRole('button', { name: /^Unidentified, / }));
    await expect.poll(() => options.nth(6).getAttribute('aria-label')).toMatch(/^unidentified, .* corrected/);
  });

  it('lets keys decide on what is in sight alone, and a held key on one cell', async () => {
    const { window } = app;
    const first = await current(app);
    await window.getByRole('option').first().hover();
    await window.mouse.wheel(0, 2000);
    await expect.poll(() => scrollTop(app)).toBeGreaterThan(1000);
    await window.keyboard.press('3');
    await expect.poll(() => scrollTop(app)).toBe(0);
    await expect.poll(() => current(app)).toBe(first);
    expect(first).not.toMatch(/corrected|confirmed/);

    const before = await countOf(app, 'Monocyte');
    await window.keyboard.down('3');
    for (let repeat = 0; repeat < 10; repeat++) await window.keyboard.down('3');
    await window.keyboard.up('3');
    await window.getByRole('option', { name: /corrected/ }).waitFor();
    expect(await countOf(app, 'Monocyte')).toBe(before + 1);
  });

  it('keeps the keyboard on the cells after a click on the slide, a view, a sorting, a button or a dialog', async () => {
    const { window } = app;
    const pressed = async (what: string, press: () => Promise<void>): Promise<void> => {
      await press();
      await expect.poll(() => hasKeys(app), { message: what }).toBe(true);
      const before = await current(app);
      await window.keyboard.press('ArrowRight');
      await expect.poll(() => current(app), { message: `${what}, then an arrow` }).not.toBe(before);
    };
    const slide = (name: string): ReturnType<typeof window.getByRole> =>
      window
        .getByRole('navigation', { name: 'Batches and slides' })
        .getByRole('button', { name: new RegExp(`^${name}`) });
    await pressed('the slide that is shown', () => slide('first').click());
    await pressed('another slide', async () => {
      await slide('second').click();
      await window.getByRole('listbox', { name: 'Cells of slide second' }).waitFor();
    });
    await pressed('the batch', async () => {
      await slide('A first and second slide').click();
      await window.getByRole('listbox', { name: 'Cells of slide first' }).waitFor();
    });
    await pressed('another view and back', async () => {
      await app.go('Models');
      await app.go('Classify');
    });
    await pressed('a view by its keys', async () => {
      await window.keyboard.press('Control+2');
      await window.keyboard.press('Control+1');
    });
    await pressed('a button beside the cells', () => window.getByRole('button', { name: 'Before' }).click());
    await pressed('a dialog', async () => {
      await window.getByRole('button', { name: 'Export…' }).click();
      await window.keyboard.press('Escape');
    });
    await pressed('a class', () => window.getByRole('button', { name: /^Neutrophil, / }).click());
    await pressed('the sorting', () => window.getByRole('button', { name: 'Class', exact: true }).click());
    await window.keyboard.press('Enter');
    await window.getByRole('option', { name: /confirmed/ }).waitFor();
    await window.getByRole('button', { name: 'Class', exact: true, pressed: true }).waitFor();

    await slide('second').focus();
    await window.keyboard.press('Enter');
    await window.getByRole('listbox', { name: 'Cells of slide second' }).waitFor();
    await expect.poll(() => hasKeys(app)).toBe(true);
    // Some cells of the slide are unidentified and have nothing to confirm; those of a class have.
    await window.getByRole('button', { name: /^Lymphocyte, / }).click();
    await window.keyboard.press('Enter');
    await window.getByRole('option', { name: /^Lymphocyte, .*confirmed/ }).waitFor();
  });

  it('shows what undo changed, on whichever slide it is', async () => {
    const { window } = app;
    await window.getByRole('option').nth(4).click();
    await window.keyboard.press('8');
    const corrected = window.getByRole('option', { name: /^Platelet, .* corrected/ });
    await corrected.waitFor();
    const file = /cell \d+\.jpg/.exec((await corrected.getAttribute('aria-label')) ?? '')?.[0] ?? '';
    await window.getByRole('button', { name: /^second / }).click();
    await window.getByRole('listbox', { name: 'Cells of slide second' }).waitFor();
    await window.keyboard.press('z');
    await window.getByRole('listbox', { name: 'Cells of slide first' }).waitFor();
    await window.getByRole('status').getByText('That was on slide first, which is shown now.').waitFor();
    await expect.poll(() => current(app)).toContain(file);
    expect(await current(app)).not.toContain('corrected');
    // And where another class is shown.
    await window.getByRole('button', { name: /^Basophil, / }).click();
    await window.keyboard.press('y');
    await expect.poll(() => current(app)).toMatch(new RegExp(`^Platelet, .* corrected.*${file}`));
  });

  it('moves a corrected cell under the heading of its class, and holds the rest still', async () => {
    const { window } = app;
    await window.getByRole('button', { name: 'Class', exact: true }).click();
    await window.getByRole('button', { name: /^Neutrophil, / }).waitFor();
    await window.keyboard.press('End');
    await window.getByRole('option', { name: /^Platelet/, selected: true }).waitFor();
    const place = (): Promise<number> =>
      window.evaluate(() => {
        const list = document.querySelector('[role=listbox]');
        const id = list?.getAttribute('aria-activedescendant') ?? '';
        return Math.round(document.getElementById(id)?.getBoundingClientRect().top ?? NaN);
      });
    await window.keyboard.press('ArrowUp');
    await window.keyboard.press('ArrowUp');
    const label = await current(app);
    const file = /cell \d+\.jpg/.exec(label ?? '')?.[0] ?? '';
    const before = await place();
    await window.keyboard.press('1');
    await expect.poll(() => current(app)).not.toBe(label);
    await window.getByRole('button', { name: 'Undo', disabled: false }).waitFor();
    // A whole row may have gone from above; what is current stands where it stood, or a row from there.
    expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(160);
    await window.getByRole('button', { name: /^Neutrophil, / }).click();
    await window.keyboard.press('End');
    await expect.poll(() => current(app)).toMatch(new RegExp(`^Neutrophil, .* corrected.*${file}`));
    await window.getByRole('button', { name: 'All' }).click();
    await expect.poll(() => scrollTop(app)).toBe(0);
  });

  it('reaches slides, cells and differential at 200 % with one scrollbar each, and names the class of a large cell', async () => {
    const { window } = app;
    for (const view of [ZOOMED, { width: 1024, height: 720, zoom: 2 }]) {
      await app.resize(view);
      for (const [pane, shown] of [
        ['Slides', window.getByRole('navigation', { name: 'Batches and slides' })],
        ['Differential', window.getByRole('region', { name: 'Differential' })],
        ['Cells', window.getByRole('listbox')],
      ] as const) {
        await window.getByRole('button', { name: pane, exact: true }).click();
        await shown.waitFor();
        const scrollbars = await window.evaluate(
          () =>
            [...document.querySelectorAll('main, main *')].filter(
              (element) =>
                element.clientHeight > 0 &&
                element.scrollHeight > element.clientHeight + 1 &&
                ['auto', 'scroll'].includes(getComputedStyle(element).overflowY),
            ).length,
        );
        expect(scrollbars, `${pane} at ${String(view.width)} px`).toBeLessThanOrEqual(1);
        expect(await app.cutOff()).toEqual([]);
        await app.screenshot(`zoomed-${String(view.width)}-${pane.toLowerCase()}`);
      }
      await window.getByRole('option').first().dblclick();
      const heading = window.getByRole('dialog').getByRole('heading', { name: /^Cell: / });
      await heading.waitFor();
      const box = await heading.boundingBox();
      expect(box && box.y >= 0 && box.y + box.height <= view.height / view.zoom).toBe(true);
      await app.screenshot(`zoomed-${String(view.width)}-cell`);
      expect(await app.violations()).toEqual([]);
      await window.keyboard.press('Escape');
    }
  });

  it('keeps names and numbers apart at 1024 px', async () => {
    await app.resize({ width: 1024, height: 720, zoom: 1 });
    await app.screenshot('small-differential');
    const overlaps = await app.window.evaluate(() => {
      const within = (element: Element): DOMRect => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return range.getBoundingClientRect();
      };
      return [...document.querySelectorAll('[aria-label=Differential] .line')].filter((line) => {
        const boxes = [...line.children].map(within);
        return boxes.some((box, index) => index > 0 && box.left < (boxes[index - 1]?.right ?? 0));
      }).length;
    });
    expect(overlaps).toBe(0);
    expect(await app.cutOff()).toEqual([]);
  });

  it('shows an error in front of an open dialog, and covers neither figures nor cells with it', async () => {
    const { window } = app;
    await app.answerSaveDialog(join('/no such folder', 'cells.csv'));
    await window.getByRole('button', { name: 'Export…' }).click();
    const dialog = window.getByRole('dialog', { name: 'Export' });
    await dialog.getByRole('button', { name: 'Save…' }).click();
    const alert = dialog.getByRole('alert');
    await alert.waitFor();
    const inFront = await alert.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
    expect(inFront).toBe(true);
    await app.screenshot('error-in-dialog');
    expect(await app.violations()).toEqual([]);
    await window.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const box = await window.getByRole('alert').boundingBox();
    const region = await window.getByRole('region', { name: 'Differential' }).locator('..').locator('..').boundingBox();
    const cells = await window.getByRole('listbox').boundingBox();
    if (!box || !region || !cells) throw new Error('They are not on screen.');
    expect(box.y).toBeGreaterThanOrEqual(region.y + region.height - 1);
    expect(box.y).toBeGreaterThanOrEqual(cells.y + cells.height - 1);
    await app.screenshot('error-below');
    await window.getByRole('button', { name: 'Dismiss' }).click();
    await window.getByRole('alert').waitFor({ state: 'detached' });
  });
});

it('one can look further down while a batch runs', async () => {
  const folder = await temporaryFolder();
  await manyImages(join(folder, 'images'), 1200);
  const app = await App.start(join(folder, 'workspace'));
  await app.resize(WIDE);
  const { window } = app;
  await app.drop(join(folder, 'images'));
  await window.getByRole('option').nth(40).waitFor();
  const height = (): Promise<number> => window.getByRole('listbox').evaluate((list) => list.scrollHeight);
  await window.getByRole('option').nth(10).hover();
  await window.mouse.wheel(0, 320);
  await expect.poll(() => scrollTop(app)).toBeGreaterThan(0);
  const [top, before] = [await scrollTop(app), await height()];
  await expect.poll(height, { timeout: 120_000 }).toBeGreaterThan(before);
  expect(await scrollTop(app)).toBe(top);
  await window.getByRole('region', { name: 'Running job' }).waitFor({ state: 'detached', timeout: 240_000 });
  expect(await scrollTop(app)).toBe(top);
});
