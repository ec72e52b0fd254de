import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Run } from '#shared/domain/run';
import { smearscope } from '../support/commandLine';
import { classOfSample, SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

/** Copies so many sample images of a class, after those that were copied before, into a folder. */
async function deal(names: string[], classId: string, count: number, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let copied = 0; copied < count; copied++) {
    const at = names.findIndex((name) => classOfSample(name) === classId);
    const [name = ''] = names.splice(at, 1);
    await copyFile(join(SAMPLE_SLIDE, name), join(folder, name));
  }
}

it('a training takes the sets that its folders give, after folders of one class were joined', async () => {
  const folder = await temporaryFolder();
  const data = join(folder, 'data');
  const names = await readdir(SAMPLE_SLIDE);
  await deal(names, 'neutrophil', 3, join(data, 'train', 'Neutrophil'));
  await deal(names, 'neutrophil', 3, join(data, 'train', 'neutrophils'));
  await deal(names, 'lymphocyte', 3, join(data, 'train', 'LYM'));
  await deal(names, 'neutrophil', 2, join(data, 'val', 'neutrophil'));
  await deal(names, 'lymphocyte', 2, join(data, 'val', 'lymphocyte'));
  await deal(names, 'neutrophil', 3, join(data, 'test', 'neutrophil'));
  await deal(names, 'lymphocyte', 2, join(data, 'test', 'Lymphocytes'));
  const workspace = ['--workspace', join(folder, 'workspace')];
  const begin = ['train', '--data', data, '--name', 'parts', '--set', 'views=1', ...workspace];

  const refused = await smearscope(begin);
  expect(refused.code, refused.error).toBe(2);
  expect(refused.error).toContain('"train/Neutrophil", "train/neutrophils" become neutrophil');
  expect(refused.error).toContain('--join-classes');

  const trained = await smearscope([...begin, '--join-classes']);
  expect(trained.code, trained.error).toBe(0);
  expect(trained.error).toContain('folders are read as part / class');
  expect(trained.error).toContain('sets given by folders: training 9, validation 4, test 5');
  const [run] = JSON.parse((await smearscope(['runs', '--json', ...workspace])).out) as Run[];
  expect(run?.evaluation?.n).toBe(5);
  expect(run?.evaluation?.classIds).toEqual(['lymphocyte', 'neutrophil']);

  const out = join(folder, 'evaluation.json');
  const evaluated = await smearscope(['evaluate', '--data', data, '--out', out, '--join-classes', ...workspace]);
  expect(evaluated.code, evaluated.error).toBe(0);
  expect(evaluated.error).toContain('Only the test set is evaluated: 5 of 18 images.');
});

it('a training whose classes cannot be told says which folders they may be, and takes the level it is given', async () => {
  const folder = await temporaryFolder();
  const data = join(folder, 'data');
  for (const path of ['a/x', 'a/y', 'b/x', 'b/y']) await deal(await readdir(SAMPLE_SLIDE), 'ig', 1, join(data, path));
  const begin = ['train', '--data', data, '--name', 'levels', '--workspace', join(folder, 'workspace')];
  const refused = await smearscope(begin);
  expect(refused.code, refused.error).toBe(2);
  expect(refused.error).toContain('those of level 1 ("a", "b") or those of level 2 ("x", "y")');
  const told = await smearscope([...begin, '--class-level', '2']);
  expect(told.error).toContain('folders are read as patient / class, 2 groups\nx 2, y 2\n');
});
