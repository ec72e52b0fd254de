import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright';
import { expect, it } from 'vitest';
import { copyClasses, hasData, SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';
import { tour, WIDE } from './pages/tour';

it.skipIf(!hasData)(
  'a transfer training whose compute process is killed goes on after its last epoch, and its model classifies a folder',
  async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'labelled'), 20);
    const workspace = join(folder, 'workspace');
    const app = await App.start(workspace);
    const { window } = app;
    await app.resize(WIDE);
    await window.getByText(/^(CPU|GPU): /).waitFor();
    await app.go('Train');
    await app.answerFolderDialog(join(folder, 'labelled'));
    await window.getByRole('button', { name: 'Choose a folder…' }).click();
    await window.getByLabel('Name of the model').fill('Twice cut');
    await window.getByRole('radio', { name: /^Transfer/ }).check();
    await window.getByLabel('Seen at, pixels').fill('128');
    await window.getByLabel('Epochs', { exact: true }).fill('2');
    await window.getByLabel('Images a step').fill('8');
    await window.getByText('An epoch takes 14 steps').waitFor();
    const measure = window.getByRole('button', { name: 'Measure how long it takes' });
    await measure.click();
    await window.getByRole('button', { name: 'Cancel' }).click();
    await measure.waitFor();
    await window.getByText('Advanced', { exact: true }).click();
    await tour(app, 'fit-ready');

    const compute = await app.computeProcess();
    const firstEpoch = app.next('run.epoch');
    await window.getByRole('button', { name: 'Start training' }).click();
    await window.getByRole('heading', { name: 'Training “Twice cut”' }).waitFor();
    await firstEpoch;
    process.kill(compute, 'SIGKILL');
    await window.getByText(/The compute process ended unexpectedly/).waitFor();
    await app.screenshot('fit-running');
    const death = window.getByRole('alert').filter({ hasText: 'The compute process ended' });
    await death.getByRole('button', { name: 'Dismiss' }).click();
    await expectPicture(window.getByRole('region', { name: 'Called wrong' }).locator('img').first());

    await window.getByText('32 images of the locked part were called right').waitFor({ timeout: 120_000 });
    expect(await app.computeProcess()).not.toBe(compute);
    expect(await readLog(workspace)).toMatch(/run \S+ goes on after epoch 1/);
    await window.getByText('The curves as a table of 2 epochs').click();
    const epochs = window.getByRole('region', { name: 'Epochs' }).getByRole('row');
    expect(await epochs.count()).toBe(1 + 2);
    await tour(app, 'fit-done');
    await looksBehindTheMatrix(app, join(folder, 'labelled'));
    await app.makeLiveAllTheSame();
    await window.getByText('This model is live').waitFor();

    await mkdir(join(folder, 'slide 01'));
    for (const name of (await readdir(SAMPLE_SLIDE)).slice(0, 12))
      await copyFile(join(SAMPLE_SLIDE, name), join(folder, 'slide 01', name));
    await app.go('Classify');
    await app.drop(join(folder, 'slide 01'));
    await window.getByRole('button', { name: /slide 01 12 cells/ }).click();
    await window.getByRole('option').first().click();
    await window.keyboard.press(' ');
    await window.getByRole('dialog').getByText('Twice cut', { exact: true }).waitFor();
    await app.close();
  },
);

/** Opens images behind the matrix by the keyboard: those of a class whose files are there, of one whose files are gone, and of one whose files hold other images now. */
async function looksBehindTheMatrix(app: App, folder: string): Promise<void> {
  const { window } = app;
  const dialog = window.getByRole('dialog');
  const open = async (classId: string): Promise<void> => {
    await window
      .getByRole('button', { name: new RegExp(`of class ${classId} called`) })
      .first()
      .focus();
    await window.keyboard.press('Enter');
    await dialog.getByText(new RegExp(`^${classId}.`)).waitFor();
  };
  await open('lymphocyte');
  await expectPicture(dialog.locator('img').last());
  await tour(app, 'fit-images');
  await window.keyboard.press('Escape');
  await rm(join(folder, 'platelet'), { recursive: true });
  const [other = ''] = await readdir(join(folder, 'lymphocyte'));
  for (const name of await readdir(join(folder, 'monocyte')))
    await copyFile(join(folder, 'lymphocyte', other), join(folder, 'monocyte', name));
  for (const classId of ['platelet', 'monocyte']) {
    await open(classId);
    await dialog.getByText('File gone or changed').first().waitFor();
    await window.keyboard.press('Escape');
  }
}

/** Waits until a picture is there: an image that was refused has no size. */
async function expectPicture(picture: Locator): Promise<void> {
  await expect
    .poll(() => picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)))
    .toBeGreaterThan(0);
}

async function readLog(workspace: string): Promise<string> {
  const names = await readdir(join(workspace, 'log'));
  return (await Promise.all(names.map((name) => readFile(join(workspace, 'log', name), 'utf8')))).join('');
}
