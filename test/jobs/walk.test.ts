import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { walk } from '#main/jobs/walk';
import { temporaryFolder } from '../support/temporary';

async function found(...sources: string[]): Promise<{ label: string; slideName: string; unreadable: boolean }[]> {
  const files = [];
  for await (const portion of walk(sources, null, new AbortController().signal)) files.push(...portion);
  return files.map(({ label, slideName, unreadable }) => ({ label, slideName, unreadable: unreadable !== null }));
}

it('finds images in natural order, every folder a slide, and passes over what is none', async () => {
  const folder = join(await temporaryFolder(), 'batch');
  await mkdir(join(folder, 'slide 10'), { recursive: true });
  await mkdir(join(folder, 'slide 2', '.hidden'), { recursive: true });
  const names = [
    'slide 2/b10.jpg',
    'slide 2/b9.JPG',
    'slide 2/notes.txt',
    'slide 2/.hidden/x.jpg',
    'slide 10/c.webp',
    'slide 10/film.gif',
  ];
  for (const name of names) await writeFile(join(folder, name), '');
  expect(await found(folder)).toEqual([
    { label: 'batch/slide 2/b9.JPG', slideName: 'slide 2', unreadable: false },
    { label: 'batch/slide 2/b10.jpg', slideName: 'slide 2', unreadable: false },
    { label: 'batch/slide 10/c.webp', slideName: 'slide 10', unreadable: false },
    { label: 'batch/slide 10/film.gif', slideName: 'slide 10', unreadable: true },
  ]);
});

it('ends in a link loop, and takes a file once however it is reached', async () => {
  const folder = join(await temporaryFolder(), 'loop');
  await mkdir(join(folder, 'a'), { recursive: true });
  await writeFile(join(folder, 'a', 'one.png'), '');
  await symlink(folder, join(folder, 'a', 'back'));
  await symlink(join(folder, 'a', 'one.png'), join(folder, 'a', 'two.png'));
  expect((await found(folder, join(folder, 'a'), join(folder, 'a', 'one.png'))).map(({ label }) => label)).toEqual([
    'loop/a/one.png',
  ]);
});

it('copes with quotes, line ends, emoji and names of 255 bytes', async () => {
  const folder = join(await temporaryFolder(), 'names');
  await mkdir(folder);
  const names = ['quo"te.jpg', 'line\nend.jpg', '🩸.jpg', `${'n'.repeat(251)}.jpg`];
  for (const name of names) await writeFile(join(folder, name), '');
  expect((await found(folder)).map(({ label }) => label).sort()).toEqual(names.map((name) => `names/${name}`).sort());
});

it('names a source that is not there', async () => {
  await expect(found('/not/there')).rejects.toThrow('/not/there cannot be opened');
});

it('shards share out every file once', async () => {
  const folder = join(await temporaryFolder(), 'many');
  await mkdir(folder);
  for (let index = 0; index < 60; index++) await writeFile(join(folder, `${String(index)}.jpg`), '');
  const parts = [];
  for (const index of [1, 2, 3]) {
    const labels = [];
    for await (const portion of walk([folder], { index, of: 3 }, new AbortController().signal))
      labels.push(...portion.map(({ label }) => label));
    expect(labels.length).toBeGreaterThan(5);
    parts.push(...labels);
  }
  expect(parts.sort()).toEqual((await found(folder)).map(({ label }) => label).sort());
});
