import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeSlide } from '../support/slide';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';
import { tour, WIDE } from './pages/tour';

it('a slide of blasts, subtypes and classes that nobody defined is counted whole, reviewed by keyboard and explained', async () => {
  const workspace = join(await temporaryFolder(), 'workspace');
  makeSlide(workspace, {
    blast: 130,
    neutrophil: 20,
    band: 14,
    lymphocyte: 16,
    ig: 1,
    myelocyte: 4,
    promyelocyte: 2,
    erythroblast: 5,
    platelet: 3,
    giant_platelet: 2,
    smudge_cell: 6,
    Neutrophil: 4,
    'neutrophil ': 1,
    'hairy cell': 9,
    '': 7,
  });
  const app = await App.start(workspace);
  const { window } = app;
  await app.resize(WIDE);
  await app.nameReviewer('Ada');
  await window.getByRole('option').first().waitFor();
  const panel = window.getByRole('region', { name: 'Differential' });
  await panel.getByText('14 cells are in no percentage').waitFor();
  expect((await panel.innerText()).replace(/\s+/g, ' ')).toMatch(/BLA Blast 130 69\.5 % 62\.4 – 76\.0/);
  await tour(app, 'classes');

  await window.keyboard.press('c');
  await window.getByRole('combobox', { name: 'Find a class' }).waitFor();
  await tour(app, 'class-picker');
  await window.keyboard.type('plasma');
  await window.keyboard.press('Enter');
  await window.getByRole('option', { name: /^Plasma cell, .*corrected/ }).waitFor();
  // The keys are the cells' again.
  await window.keyboard.press('2');
  await expect.poll(() => window.getByRole('option', { name: /^Lymphocyte, .*corrected/ }).count()).toBe(1);

  await window.getByRole('button', { name: 'Say what they are…' }).click();
  const dialog = window.getByRole('dialog', { name: 'What do these classes count as?' });
  await tour(app, 'class-roles');
  await dialog.getByLabel('Role of hairy cell').selectOption('white');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('in no percentage').waitFor({ state: 'detached' });
  await window.getByRole('button', { name: 'Hairy cell, 9 cells' }).waitFor();
  await tour(app, 'classes-defined');

  await app.go('Settings');
  await window.getByRole('button', { name: 'Edit classes…' }).click();
  await window.getByRole('dialog', { name: 'Classes' }).waitFor();
  await tour(app, 'class-settings');
  await app.close();
});
