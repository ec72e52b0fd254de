import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requireWritable, writeBytes, writeTextFile } from '#main/files/writeFile';
import { canMount, mountDisk } from '../../support/mount';
import { temporaryFolder } from '../../support/temporary';

it('a file is written whole in the place of the one before, and nothing is left beside it', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'cells.csv');
  await writeFile(path, 'before');
  await requireWritable(path);
  expect(await readFile(path, 'utf8')).toBe('before');
  await writeTextFile(path, ['a,b\r\n', 'x'.repeat(2_000_000), '\r\n']);
  expect(await readFile(path, 'utf8')).toBe(`a,b\r\n${'x'.repeat(2_000_000)}\r\n`);
  expect(await readdir(folder)).toEqual(['cells.csv']);
});

it('a file whose content cannot be made to its end leaves the one before as it was', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'cells.csv');
  await writeFile(path, 'before');
  const broken = function* (): Generator<string> {
    yield 'x'.repeat(2_000_000);
    throw new Error('no more');
  };
  await expect(writeTextFile(path, broken())).rejects.toThrow('no more');
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['before', ['cells.csv']]);
});

it.skipIf(!canMount())('a disk that fills leaves the file before as it was, and says so', async () => {
  const folder = join(await temporaryFolder(), 'small');
  await mkdir(folder);
  mountDisk(folder, 'size=64k');
  const path = join(folder, 'picture.png');
  await writeBytes(path, Buffer.from('before'));
  const written = writeBytes(path, Buffer.alloc(200_000));
  await expect(written).rejects.toMatchObject({
    failure: { code: 'disk-full', message: `The disk that holds ${path} is full.` },
  });
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['before', ['picture.png']]);
});

it('a place where nothing can be written is refused before the work and after it in the same words', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  for (const path of [folder, join(folder, 'missing', 'out.csv'), join(folder, 'file', 'out.csv')]) {
    const refusal = { failure: { code: 'permission-denied', message: `${path} cannot be written.` } };
    await expect(requireWritable(path)).rejects.toMatchObject(refusal);
    await expect(writeTextFile(path, ['x'])).rejects.toMatchObject(refusal);
  }
});
