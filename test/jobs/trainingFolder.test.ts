import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectTrainingFolder, readTrainingFolder } from '#main/jobs/trainingFolder';
import { PLAIN_READING } from '#shared/domain/folderLayout';
import { passedOverText } from '#shared/domain/passedOver';
import { folderOptions as options } from '../support/labelledFolder';
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

/** Paths of images 0.jpg, 1.jpg, ... in a folder. */
const images = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${folder}/${String(index)}.jpg`);

it('each folder is a class, and a folder in it a slide; what is hidden or no image is passed over', async () => {
  const folder = await folderWith('b/10.jpg', 'b/9.PNG', 'a/slide 1/x.tif', 'a/notes.txt', '.hidden/x.jpg', 'top.jpg');
  expect(await readTrainingFolder(folder, options())).toEqual([
    { path: join(folder, 'a', 'slide 1', 'x.tif'), classId: 'a', slide: 'slide 1' },
    { path: join(folder, 'b', '9.PNG'), classId: 'b', slide: null },
    { path: join(folder, 'b', '10.jpg'), classId: 'b', slide: null },
  ]);
  const { layout, passedOver } = await inspectTrainingFolder(folder, options());
  expect(layout).toBe('class / slide');
  expect(passedOver.map(passedOverText)).toEqual([
    '1 .txt file (not an image)',
    '1 hidden folder (named with a dot in front)',
    '1 image (in no class folder)',
  ]);
});

it('links to nowhere and in circles are passed over, and so is a link to a class that is there', async () => {
  const folder = await folderWith('a/1.jpg', 'b/2.jpg');
  const elsewhere = await folderWith('3.jpg');
  await symlink(join(folder, 'gone'), join(folder, 'nowhere'));
  await symlink(join(folder, 'circle'), join(folder, 'circle'));
  await symlink(join(folder, 'b'), join(folder, 'same'));
  await symlink(elsewhere, join(folder, 'linked'));
  const files = await readTrainingFolder(folder, options());
  expect(files.map(({ classId }) => classId)).toEqual(['a', 'b', 'linked']);
});

it('train, val and test are parts of the split, and each says how many images it has', async () => {
  const folder = await folderWith(
    ...images('train/neutrophil', 3),
    ...images('val/Neutrophils', 2),
    ...images('test/neutrophil', 1),
    ...images('train/lymphocyte', 3),
  );
  const { layout, classes, parts, warnings } = await inspectTrainingFolder(folder, options());
  expect([layout, classes, parts]).toEqual([
    'part / class',
    [
      { classId: 'neutrophil', images: 6 },
      { classId: 'lymphocyte', images: 3 },
    ],
    { training: 6, validation: 2, test: 1 },
  ]);
  expect(warnings).toContain('Without images in the test set: lymphocyte.');
  const files = await readTrainingFolder(folder, options());
  expect(files.map(({ part }) => part)).toEqual([
    'test',
    ...Array<string>(6).fill('training'),
    'validation',
    'validation',
  ]);
});

it('patients in front of the classes are groups, and one in two sets is named', async () => {
  const folder = await folderWith('patient1/neutrophil/1.jpg', 'patient2/Neutrophil/1.jpg', 'patient1/ig/1.jpg');
  const { layout, classes, groups } = await inspectTrainingFolder(folder, options());
  expect([layout, classes, groups]).toEqual([
    'patient / class',
    [
      { classId: 'ig', images: 1 },
      { classId: 'neutrophil', images: 2 },
    ],
    2,
  ]);
  const leak = await folderWith('train/p1/ig/1.jpg', 'test/p1/ig/2.jpg', 'test/p2/ig/3.jpg');
  expect((await inspectTrainingFolder(leak, options())).warnings.at(-1)).toMatch(
    /^In more than one of .* patient: p1\.$/,
  );
});

it('images below a slide’s folder are read, and stay with their slide', async () => {
  const folder = await folderWith(
    ...images('neutrophil/slide1', 6),
    ...images('neutrophil/slide2', 3),
    ...images('neutrophil/slide2/recount', 8),
    ...images('lymphocyte/slide1', 17),
  );
  const { classes, groups, layout } = await inspectTrainingFolder(folder, options());
  expect([classes, groups, layout]).toEqual([
    [
      { classId: 'lymphocyte', images: 17 },
      { classId: 'neutrophil', images: 17 },
    ],
    2,
    'class / slide / folder',
  ]);
});

describe('what a person has to say first', () => {
  it('folders side by side that mean one class are named, and joined where asked to', async () => {
    const folder = await folderWith('neutrophil/1.jpg', 'Neutrophil/2.jpg', 'lymphocyte/1.jpg', 'lymphocyte /2.jpg');
    const { joins, question } = await inspectTrainingFolder(folder, options());
    expect(joins).toEqual([
      { classId: 'lymphocyte', folders: ['lymphocyte', 'lymphocyte '] },
      { classId: 'neutrophil', folders: ['neutrophil', 'Neutrophil'] },
    ]);
    expect(question?.message).toBe(
      'Folders side by side mean one class: "lymphocyte", "lymphocyte " become lymphocyte; "neutrophil", "Neutrophil" become neutrophil.',
    );
    await expect(readTrainingFolder(folder, options())).rejects.toMatchObject({
      failure: { code: 'invalid-argument', hint: expect.stringContaining('--join-classes') as string },
    });
    const joined = options({ ...PLAIN_READING, joinClasses: true });
    expect((await readTrainingFolder(folder, joined)).map(({ classId }) => classId).sort()).toEqual([
      'lymphocyte',
      'lymphocyte',
      'neutrophil',
      'neutrophil',
    ]);
    expect(await inspectTrainingFolder(folder, joined)).toMatchObject({ joins: [], question: null });
  });

  it('which level is the classes, where names do not tell', async () => {
    const folder = await folderWith('a/x/1.jpg', 'a/y/1.jpg', 'b/x/1.jpg');
    expect(await inspectTrainingFolder(folder, options())).toMatchObject({
      layout: null,
      classes: [],
      choices: [
        { level: 1, names: ['a', 'b'] },
        { level: 2, names: ['x', 'y'] },
      ],
    });
    await expect(readTrainingFolder(folder, options())).rejects.toThrow(/level 1 \("a", "b"\) or those of level 2/);
    const second = options({ ...PLAIN_READING, classLevel: 2 });
    expect((await inspectTrainingFolder(folder, second)).classes.map(({ classId }) => classId)).toEqual(['x', 'y']);
  });

  it('what folders beside train and test are', async () => {
    const folder = await folderWith('train/ig/1.jpg', 'test/ig/1.jpg', 'unsorted/1.jpg');
    await expect(readTrainingFolder(folder, options())).rejects.toThrow(
      '"test", "train" are named as sets of a split, "unsorted" not.',
    );
  });
});

it('says what speaks against training on a folder: one class, few images, lopsided classes, no slides', async () => {
  const one = await inspectTrainingFolder(await folderWith('a/1.jpg'), options());
  expect(one.warnings[0]).toBe('There is one class only: training needs at least two.');
  const { classes, warnings } = await inspectTrainingFolder(await folderWith('a/1.jpg', ...images('b', 60)), options());
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

it('names folders without images, and pictures that are not read', async () => {
  const folder = await folderWith('a/1.jpg', 'b/1.jpg', 'bare/notes.txt', 'a/x.gif', 'b/y.gif', '@eaDir/1.jpg');
  const { classes, warnings, passedOver } = await inspectTrainingFolder(folder, options());
  expect(classes.map(({ classId }) => classId)).toEqual(['a', 'b']);
  expect(warnings).toContain('Without images, so no class: bare.');
  expect(passedOver.map(passedOverText)).toEqual([
    '2 files (a/x.gif, b/y.gif: GIF is not read; JPEG, PNG, BMP, TIFF and WebP are.)',
    '1 .txt file (not an image)',
    '1 file in @eaDir (thumbnails of a NAS)',
  ]);
});

describe('a folder that cannot be trained on', () => {
  it('is refused where it is not there, or holds no class folders with images', async () => {
    await expect(readTrainingFolder('/not/there', options())).rejects.toThrow('The folder /not/there cannot be read.');
    const bare = await folderWith('a/notes.txt');
    await expect(readTrainingFolder(bare, options())).rejects.toThrow('No class folders with images');
    const parts = await folderWith('train/1.jpg', 'test/1.jpg');
    await expect(readTrainingFolder(parts, options())).rejects.toThrow('Its images (2) lie in no class folder.');
  });

  it.each(['data.npz', 'labels.csv', 'labels.xlsx'])('says when %s will be imported', async (name) => {
    const folder = await folderWith(name, 'NE_0.jpg', 'LY_0.jpg');
    const later = `${name}: importing ${name.slice(-4).replace('xlsx', '.xlsx')} comes with the view of data sets`;
    await expect(inspectTrainingFolder(join(folder, name), options())).rejects.toThrow(later);
    await expect(inspectTrainingFolder(folder, options())).rejects.toThrow(later);
  });
});

it('a reading that is stopped ends', async () => {
  const folder = await folderWith('a/1.jpg');
  const signal = AbortSignal.abort();
  await expect(readTrainingFolder(folder, { ...options(), signal })).rejects.toMatchObject({
    failure: { code: 'cancelled' },
  });
});
