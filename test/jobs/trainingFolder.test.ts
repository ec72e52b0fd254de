import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectTrainingFolder, readTrainingFolder } from '#main/jobs/trainingFolder';
import { temporaryFolder } from '../support/temporary';

/** A folder with empty files of these paths in it. */
async function folderWith(...paths: string[]): Promise<string> {
  const folder = join(await temporaryFolder(), 'labelled');
  await mkdir(folder);
  for (const path of paths) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), '');
  }
  return folder;
}

it('each folder is a class, and a folder in it a slide; what is hidden or no image is passed over', async () => {
  const folder = await folderWith('b/10.jpg', 'b/9.PNG', 'a/slide 1/x.tif', 'a/notes.txt', '.hidden/x.jpg', 'top.jpg');
  expect(await readTrainingFolder(folder)).toEqual([
    { path: join(folder, 'a', 'slide 1', 'x.tif'), classId: 'a', slide: 'slide 1' },
    { path: join(folder, 'b', '9.PNG'), classId: 'b', slide: null },
    { path: join(folder, 'b', '10.jpg'), classId: 'b', slide: null },
  ]);
});

it('links to nowhere and in circles are passed over, and a link to a class folder is one', async () => {
  const folder = await folderWith('a/1.jpg', 'elsewhere/2.jpg');
  await symlink(join(folder, 'gone'), join(folder, 'nowhere'));
  await symlink(join(folder, 'circle'), join(folder, 'circle'));
  await symlink(join(folder, 'elsewhere'), join(folder, 'linked'));
  expect((await readTrainingFolder(folder)).map(({ classId }) => classId)).toEqual(['a', 'elsewhere', 'linked']);
});

it('says what speaks against training on a folder: one class, few images, lopsided classes, no slides', async () => {
  const one = await inspectTrainingFolder(await folderWith('a/1.jpg'));
  expect(one.warnings[0]).toBe('There is one class only: training needs at least two.');
  const many = Array.from({ length: 60 }, (_, index) => `b/${String(index)}.jpg`);
  const { classes, warnings } = await inspectTrainingFolder(await folderWith('a/1.jpg', ...many));
  expect(classes).toEqual([
    { classId: 'a', images: 1 },
    { classId: 'b', images: 60 },
  ]);
  expect(warnings).toEqual([
    'Too few images to judge well: a (1).',
    expect.stringContaining('more than ten times') as string,
    expect.stringContaining('No slides are known') as string,
  ]);
});

it('names folders without images, and counts images that lie in no class folder', async () => {
  const { classes, warnings } = await inspectTrainingFolder(
    await folderWith('a/1.jpg', 'b/1.jpg', 'bare/notes.txt', 'top.jpg'),
  );
  expect(classes.map(({ classId }) => classId)).toEqual(['a', 'b']);
  expect(warnings).toContain('Without images, so no class: bare.');
  expect(warnings).toContain('Passed over, because in no class folder: 1 image.');
});

it('refuses a folder that is not there, or holds no class folders with images', async () => {
  await expect(readTrainingFolder('/not/there')).rejects.toThrow('The folder /not/there cannot be read.');
  await expect(readTrainingFolder(await folderWith('a/notes.txt'))).rejects.toThrow('No class folders with images');
});
