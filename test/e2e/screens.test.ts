import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transformer } from '@napi-rs/image';
import { it } from 'vitest';
import { DATA, hasData, SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';
import { tour, WIDE } from './pages/tour';

const LONG = 'Ward 7 – Müller-Lüdenscheidt, follow-up after transfusion (3rd smear of 2026-11-24, May-Grünwald-Giemsa)';

/** Slides of real images: one of one cell, one with files that cannot be read and a copy, one with very long names, one of red cells cut from the corners. */
async function makeSlides(folder: string): Promise<string> {
  const names = (await readdir(SAMPLE_SLIDE)).sort();
  const source = join(folder, LONG);
  for (const slide of ['07', '08', LONG]) {
    await mkdir(join(source, slide), { recursive: true });
    for (const name of slide === '07' ? names.slice(0, 1) : names)
      await copyFile(join(SAMPLE_SLIDE, name), join(source, slide, slide === LONG ? `${LONG} ${name}` : name));
  }
  await mkdir(join(source, '09'));
  for (const name of names.slice(0, 12)) {
    const corner = new Transformer(await readFile(join(SAMPLE_SLIDE, name))).crop(0, 0, 110, 110);
    await writeFile(join(source, '09', `${name}.png`), await corner.png());
  }
  await writeFile(join(source, '08', 'broken.jpg'), 'this is no image');
  await writeFile(join(source, '08', 'empty.jpg'), '');
  await copyFile(join(SAMPLE_SLIDE, names[0] ?? ''), join(source, '08', 'the same again.jpg'));
  return source;
}

it('every place is whole at every size, and readable in light and dark', async () => {
  const folder = await temporaryFolder();
  const app = await App.start(join(folder, 'workspace'));
  const { window } = app;
  await app.resize(WIDE);
  await window.getByText(/^CPU|^GPU/).waitFor();
  await tour(app, 'first-run');
  for (const place of ['Train', 'Models', 'Settings'] as const) {
    await app.go(place);
    if (place === 'Models') await window.getByRole('heading', { name: 'Limits' }).waitFor();
    await tour(app, place.toLowerCase());
  }
  await app.go('Classify');
  await window.keyboard.press('F1');
  await window.getByRole('dialog', { name: 'Keys' }).waitFor();
  await tour(app, 'keys');
  await window.keyboard.press('Escape');

  await app.drop(await makeSlides(folder));
  await window.getByRole('button', { name: /unreadable/ }).waitFor();
  await window.getByRole('option').first().waitFor();
  await tour(app, 'one-cell');
  await window.getByRole('button', { name: /^08/ }).click();
  await window.getByRole('option').nth(5).waitFor();
  await tour(app, 'slide');
  await window.getByRole('button', { name: 'Class', exact: true }).click();
  await window.getByRole('listbox').getByText('Neutrophil', { exact: true }).waitFor();
  await window.getByRole('option').first().click();
  await window.keyboard.press('Shift+End');
  await tour(app, 'by-class');
  await window.keyboard.press('Home');
  await window.keyboard.press(' ');
  await window.getByRole('dialog').getByText('History').waitFor();
  await tour(app, 'cell');
  await window.keyboard.press('Escape');
  await window.keyboard.press('Control+e');
  await window.getByRole('dialog', { name: 'Export' }).waitFor();
  await tour(app, 'export');
  await window.keyboard.press('Escape');
  await window.getByRole('button', { name: /unreadable/ }).click();
  await window.getByText(/^Unreadable: broken.jpg/).waitFor();
  await tour(app, 'set-aside');
  await window.keyboard.press('Escape');
  await window.getByRole('button', { name: /^09/ }).click();
  await window.getByText(/1?\d of 12 pictures are unlike those that the model learned from/).waitFor();
  await tour(app, 'unfamiliar');
  await window
    .getByRole('option', { name: /unlike/ })
    .first()
    .click();
  await window.keyboard.press(' ');
  await window
    .getByRole('dialog')
    .getByText(/^Unfamiliar to the model/)
    .waitFor();
  await tour(app, 'unfamiliar-cell');
  await window.keyboard.press('Escape');
  await window.getByRole('button', { name: /^Ward 7.* cells/ }).click();
  await window.getByRole('option').nth(5).click();
  await window.keyboard.press(' ');
  await window.getByRole('dialog').getByText('History').waitFor();
  await tour(app, 'long-names');
  await window.keyboard.press('Escape');

  await mkdir(join(folder, 'no images here'));
  await app.drop(join(folder, 'no images here'));
  await window.getByText(/^No images were found/).waitFor();
  await tour(app, 'failed');
  await app.close();
});

it.skipIf(!hasData)('a batch that runs says how far it is, and waits when asked to', async () => {
  const app = await App.start(join(await temporaryFolder(), 'workspace'));
  const { window } = app;
  await app.resize(WIDE);
  await app.drop(DATA);
  await window.getByText(/ left$/).waitFor();
  await window.getByRole('option').nth(20).waitFor();
  await tour(app, 'running');
  await window.keyboard.press('Control+p');
  await window.getByText(/ is paused: /).waitFor();
  await tour(app, 'paused');
  await window.keyboard.press('Control+p');
  await window.getByRole('button', { name: 'Cancel' }).click();
  await window.getByText(/ is cancelled: /).waitFor();
  await app.screenshot('cancelled');
  await app.close();
});
