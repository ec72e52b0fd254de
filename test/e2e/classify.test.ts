import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { DATA, hasData, SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';

/** Real images: of the data set, 20 a class, where it is there; else those of the checkout. */
async function realImages(): Promise<string[]> {
  const folders = hasData ? (await readdir(DATA)).map((name) => join(DATA, name)) : [SAMPLE_SLIDE];
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).sort().map((name) => join(folder, name))),
  );
  return files.flatMap((each) => (hasData ? each.slice(0, 20) : each));
}

/** Two slides of real images, with a broken file among them; and how many cells the second has. */
async function makeSlides(folder: string): Promise<{ source: string; all: number; second: number }> {
  const source = join(folder, 'patients');
  const images = await realImages();
  for (const [index, image] of images.entries()) {
    const slide = join(source, index % 3 === 0 ? 'slide 07' : 'slide 08');
    await mkdir(slide, { recursive: true });
    await copyFile(image, join(slide, basename(image)));
  }
  await writeFile(join(source, 'slide 08', 'broken.jpg'), 'this is no image');
  return { source, all: images.length, second: images.filter((_, index) => index % 3 !== 0).length };
}

it('a dropped folder is classified, corrected by keyboard, undone, redone, exported, and all is there after a restart', async () => {
  const folder = await temporaryFolder();
  const { source, all, second } = await makeSlides(folder);
  const slide08 = new RegExp(`^slide 08 ${String(second)} cells`);
  const workspace = join(folder, 'workspace');
  const app = await App.start(workspace);
  const { window } = app;
  await window.getByText('Drop folders of cell images here').waitFor();
  await app.screenshot('classify-empty');
  expect(await app.violations()).toEqual([]);

  await app.drop(source);
  await window.getByRole('region', { name: 'Running job' }).waitFor();
  await window.getByRole('option').first().waitFor();
  await window.getByRole('button', { name: slide08 }).click();
  await window.getByRole('button', { name: '1 unreadable' }).click();
  await window.getByText('broken.jpg: This is not an image').waitFor();
  await window.keyboard.press('Escape');
  const first = window.getByRole('option').first();
  await first.waitFor();
  await app.screenshot('classify-done');
  expect(await app.violations()).toEqual([]);

  const before = await first.getAttribute('aria-label');
  await window.getByRole('listbox').focus();
  await window.keyboard.press('8');
  await window.getByRole('dialog', { name: 'Who reviews these cells?' }).waitFor();
  await window.keyboard.type('Ada');
  await app.screenshot('reviewer');
  expect(await app.violations()).toEqual([]);
  await window.keyboard.press('Enter');
  const changed = window.getByRole('option', { name: /^Platelet, .* corrected/ });
  await changed.waitFor();
  await window.keyboard.press('z');
  await expect.poll(() => window.getByRole('option').first().getAttribute('aria-label')).toBe(before);
  await window.keyboard.press('y');
  await changed.waitFor();

  const exported = join(folder, 'cells.csv');
  await app.export(exported, 'Cells', 'Whole batch', 'CSV');
  const lines = (await readFile(exported, 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(1 + all);
  expect(lines.filter((line) => line.includes(',corrected,'))).toHaveLength(1);
  expect(
    lines.every(
      (line, index) => index === 0 || line.endsWith('For research use only. Not for use in diagnostic procedures.'),
    ),
  ).toBe(true);
  const differential = join(folder, 'slide 08.json');
  await app.export(differential, 'Differentials', 'This slide', 'JSON');
  expect(JSON.parse(await readFile(differential, 'utf8'))).toMatchObject({
    batch: 'patients',
    slides: [{ name: 'slide 08', cellsSeenByAPerson: 1 }],
  });
  await app.close();

  const again = await App.start(workspace, { dark: true });
  await again.window.getByRole('button', { name: slide08 }).click();
  await again.window.getByRole('button', { name: 'Undo', disabled: false }).waitFor();
  // What a person has seen comes last.
  await again.window.getByRole('button', { name: /^Platelet, / }).click();
  await again.window.keyboard.press('End');
  await again.window.getByRole('option', { name: /^Platelet, .* corrected/, selected: true }).waitFor();
  await again.window.keyboard.press(' ');
  await again.window.getByText(/undo: platelet → .* Ada/).waitFor();
  await again.screenshot('cell-dark');
  await again.window.keyboard.press('Escape');
  await again.screenshot('classify-dark');
  expect(await again.violations()).toEqual([]);
  await again.close();
});
