import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { LabelledFile } from '#shared/compute/protocol';
import type { TrainingFolder } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp']);

/** Under this number of images a class is learned and judged poorly. */
const FEW = 50;

/**
 * The images of a folder that holds one folder a class. A class folder may hold a folder for each slide: its images then stay together in a split.
 * FailureError `not-found` or `no-images`. In natural order.
 */
export async function readTrainingFolder(folder: string): Promise<LabelledFile[]> {
  const files: LabelledFile[] = [];
  for (const className of await foldersIn(folder)) {
    const inClass = join(folder, className);
    for (const path of await imagesIn(inClass)) files.push({ path, classId: className, slide: null });
    for (const slide of await foldersIn(inClass)) {
      for (const path of await imagesIn(join(inClass, slide))) files.push({ path, classId: className, slide });
    }
  }
  if (files.length === 0) {
    throw new FailureError(
      'no-images',
      `No class folders with images were found in ${folder}.`,
      'Choose a folder that holds one folder of images for each class, named after the class.',
    );
  }
  return files;
}

/** What the folder holds, with what speaks against training on it. */
export async function inspectTrainingFolder(folder: string): Promise<TrainingFolder> {
  const files = await readTrainingFolder(folder);
  const counts = new Map<string, number>();
  for (const { classId } of files) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  const numbers = [...counts.values()];
  const few = [...counts].filter(([, count]) => count < FEW).map(([id, count]) => `${id} (${String(count)})`);
  const warnings = few.length > 0 ? [`Too few images to judge well: ${few.join(', ')}.`] : [];
  const bare = (await foldersIn(folder)).filter((name) => !counts.has(name));
  if (bare.length > 0) warnings.push(`Without images, so no class: ${bare.join(', ')}.`);
  const loose = (await imagesIn(folder)).length;
  if (loose > 0)
    warnings.push(`Passed over, because in no class folder: ${String(loose)} ${loose === 1 ? 'image' : 'images'}.`);
  if (counts.size < 2) warnings.unshift('There is one class only: training needs at least two.');
  if (Math.max(...numbers) > 10 * Math.min(...numbers))
    warnings.push('The classes differ in size by more than ten times; they are weighted alike.');
  if (files.every(({ slide }) => slide === null)) {
    warnings.push(
      `No slides are known, so the figures will be optimistic. Sub-folders of ${basename(folder)}/<class>/ are taken as slides.`,
    );
  }
  return { folder, classes: [...counts].map(([classId, images]) => ({ classId, images })), warnings };
}

const order = new Intl.Collator('en', { numeric: true });

async function foldersIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entriesOf(folder)) {
    // A link to nowhere, or to itself, is no folder.
    const isFolder = entry.isSymbolicLink()
      ? await stat(join(folder, entry.name)).then(
          (target) => target.isDirectory(),
          () => false,
        )
      : entry.isDirectory();
    if (isFolder) names.push(entry.name);
  }
  return names.sort(order.compare);
}

async function imagesIn(folder: string): Promise<string[]> {
  return (await entriesOf(folder))
    .filter((entry) => !entry.isDirectory() && EXTENSIONS.has(extname(entry.name).toLowerCase()))
    .map(({ name }) => name)
    .sort(order.compare)
    .map((name) => join(folder, name));
}

/** What is in a folder, without what is hidden. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  } catch (error) {
    throw new FailureError(
      'not-found',
      `The folder ${folder} cannot be read.`,
      'Check the path and the rights, then try again.',
      { cause: error },
    );
  }
}
