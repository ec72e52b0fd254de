import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';

/** Two slides of real images, with a broken file among them. */
async function makeSlides(folder: string): Promise<string> {
  const names = await readdir(SAMPLE_SLIDE);
  for (const [index, name] of names.sort().entries()) {
    const slide = join(folder, 'patients', index % 3 === 0 ? 'slide 07' : 'slide 08');
    await mkdir(slide, { recursive: true });
    await copyFile(join(SAMPLE_SLIDE, name), join(slide, name));
  }
  await writeFile(join(folder, 'patients', 'slide 08', 'broken.jpg'), 'this is no image');
  return join(folder, 'patients');
}

it('a dropped folder is classified, corrected by keyboard, undone, redone, exported, and all is there after a restart', async () => {
  const folder = await temporaryFolder();
  const source = await makeSlides(folder);
  const workspace = join(folder, 'workspace');
  const app = await App.start(workspace);
  const { window } = app;
  await window.getByText('Drop folders of cell images here').waitFor();
  await app.screenshot('classify-empty');
  expect(await app.violations()).toEqual([]);

  await app.drop(source);
  await window.getByRole('button', { name: /patients/ }).click();
  await window.getByRole('button', { name: /slide 08 22 cells/ }).click();
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
  const changed = window.getByRole('option', { name: /^Platelet, .* corrected/ });
  await changed.waitFor();
  await window.keyboard.press('z');
  await expect.poll(() => window.getByRole('option').first().getAttribute('aria-label')).toBe(before);
  await window.keyboard.press('y');
  await changed.waitFor();

  const exported = join(folder, 'cells.csv');
  await app.answerSaveDialog(exported);
  await window.getByRole('button', { name: 'Cells', exact: true }).click();
  await window.getByText(`Saved ${exported}`).waitFor();
  const lines = (await readFile(exported, 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(1 + 34);
  expect(lines.filter((line) => line.includes(',corrected,'))).toHaveLength(1);
  expect(
    lines.every(
      (line, index) => index === 0 || line.endsWith('For research use only. Not for use in diagnostic procedures.'),
    ),
  ).toBe(true);
  await app.close();

  const again = await App.start(workspace, { dark: true });
  await again.window.getByRole('button', { name: /slide 08 22 cells/ }).click();
  await again.window.getByRole('option', { name: /^Platelet, .* corrected/ }).click();
  await again.window.keyboard.press(' ');
  await again.window.getByText(/undo: platelet → /).waitFor();
  await again.screenshot('cell-dark');
  await again.window.keyboard.press('Escape');
  await again.screenshot('classify-dark');
  expect(await again.violations()).toEqual([]);
  await again.close();
});
