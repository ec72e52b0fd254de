import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskPath } from '#main/files/diskPath';
import { PassedOverList } from '#main/jobs/passedOverList';
import { unlessStopped } from '#main/jobs/unlessStopped';
import { walk } from '#main/jobs/walk';
import type { FoundFile } from '#main/store/batchRepository';
import { passedOverText } from '#shared/domain/passedOver';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

async function walked(...sources: string[]): Promise<{ files: FoundFile[]; passedOver: string[] }> {
  const passedOver = new PassedOverList();
  const files: FoundFile[] = [];
  for await (const chunk of walk(sources, { shard: null, signal: new AbortController().signal, passedOver }))
    files.push(...chunk);
  return { files, passedOver: passedOver.list().map(passedOverText) };
}

async function found(...sources: string[]): Promise<{ label: string; unreadable: boolean }[]> {
  const { files } = await walked(...sources);
  return files.map(({ label, unreadable }) => ({ label, unreadable: unreadable !== null }));
}

/** Makes files with their folders, empty unless they are copies of a sample image. */
async function make(folder: string, names: readonly string[], content: Uint8Array = Buffer.alloc(0)): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function sampleImage(): Promise<Buffer> {
  const [name = ''] = await readdir(SAMPLE_SLIDE);
  return readFile(join(SAMPLE_SLIDE, name));
}

it('finds images in natural order, and passes over what is none', async () => {
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
    { label: 'batch/slide 2/b9.JPG', unreadable: false },
    { label: 'batch/slide 2/b10.jpg', unreadable: false },
    { label: 'batch/slide 10/c.webp', unreadable: false },
    { label: 'batch/slide 10/film.gif', unreadable: true },
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
    for await (const portion of walk([folder], {
      shard: { index, of: 3 },
      signal: new AbortController().signal,
      passedOver: new PassedOverList(),
    }))
      labels.push(...portion.map(({ label }) => label));
    expect(labels.length).toBeGreaterThan(5);
    parts.push(...labels);
  }
  expect(parts.sort()).toEqual((await found(folder)).map(({ label }) => label).sort());
});

describe('what is passed over', () => {
  it('is counted and named: other files, hidden ones, folders that a NAS made', async () => {
    const folder = join(await temporaryFolder(), 'patient8');
    const images = ['n0', 'n1', 'n2'].map((name) => `${name}.jpg`);
    const thumbnails = images.flatMap((name) => ['M', 'SM'].map((size) => `@eaDir/${name}/SYNOFILE_THUMB_${size}.jpg`));
    await make(folder, [...images, ...thumbnails, '#recycle/deleted.jpg', '__MACOSX/._n0.jpg']);
    await make(folder, ['notes.txt', 'more.TXT', 'checksums', '.DS_Store', '._n0.jpg', '.cache/n.jpg', 'Thumbs.db']);
    const { files, passedOver } = await walked(folder);
    expect(files.map(({ label }) => label)).toEqual(images.map((name) => `patient8/${name}`));
    expect(passedOver).toEqual([
      '6 files in @eaDir (thumbnails of a NAS)',
      '2 .txt files (not an image)',
      '2 hidden files (named with a dot in front)',
      '1 Thumbs.db file (thumbnails of Windows)',
      '1 file in #recycle (recycle bin of a NAS)',
      '1 file in __MACOSX (what macOS adds to archives)',
      '1 file without an extension (not an image)',
      '1 hidden folder (named with a dot in front)',
    ]);
  });

  it('is read all the same where it was chosen itself', async () => {
    const folder = join(await temporaryFolder(), '#recycle');
    await make(folder, ['a.jpg']);
    expect(await found(folder)).toEqual([{ label: '#recycle/a.jpg', unreadable: false }]);
  });
});

it('content decides where the name says nothing, and pictures that are not read are named', async () => {
  const folder = join(await temporaryFolder(), 'patient7');
  await make(folder, ['l.jfif', 'm.JPE', 'IMG_0001', 'mislabelled.dat'], await sampleImage());
  await make(folder, ['x.jxl', 'd.dcm', 'scan.CZI', 'slide.svs', 'empty.jfif']);
  await writeFile(join(folder, 'bare'), 'GIF89a');
  const { files, passedOver } = await walked(folder);
  const labels = (unreadable: boolean): string[] =>
    files
      .filter((file) => (file.unreadable !== null) === unreadable)
      .map(({ label }) => label.replace('patient7/', ''));
  expect(labels(false)).toEqual(['IMG_0001', 'l.jfif', 'm.JPE', 'mislabelled.dat']);
  expect(labels(true)).toEqual(['bare', 'd.dcm', 'scan.CZI', 'slide.svs', 'x.jxl']);
  expect(files.find(({ label }) => label.endsWith('.dcm'))?.unreadable).toBe(
    'DICOM is not read; JPEG, PNG, BMP, TIFF and WebP are.',
  );
  expect(passedOver).toEqual(['1 .jfif file (not an image)']);
});

describe('something that is no file', () => {
  it.skipIf(process.platform === 'win32')(
    'is named and never opened: pipes, devices, links to nowhere and in circles',
    async () => {
      const folder = join(await temporaryFolder(), 'odd');
      await make(folder, ['good.jpg', 'file']);
      execFileSync('mkfifo', [join(folder, 'fifo.png'), join(folder, 'fifo')]);
      await symlink('/dev/zero', join(folder, 'zero.png'));
      await symlink(join(folder, 'loop.png'), join(folder, 'loop.png'));
      await symlink(join(folder, 'file', 'x.png'), join(folder, 'notdir.png'));
      await symlink(join(folder, 'gone.png'), join(folder, 'gone link.png'));
      const { files, passedOver } = await walked(folder);
      expect(files.map(({ label, unreadable }) => [label, unreadable])).toEqual([
        ['odd/fifo.png', 'This is a pipe, a socket or a device, not a file.'],
        ['odd/gone link.png', 'This link leads nowhere.'],
        ['odd/good.jpg', null],
        ['odd/loop.png', 'This link leads to itself.'],
        ['odd/notdir.png', 'This link leads nowhere.'],
        ['odd/zero.png', 'This leads to a pipe, a socket or a device, not to a file.'],
      ]);
      expect(passedOver).toContain('1 special file (This is a pipe, a socket or a device, not a file.)');
    },
  );

  it('a link to a folder or a file that is found anyway is counted', async () => {
    const folder = join(await temporaryFolder(), 'links');
    await make(folder, ['a/one.png', 'a/two.png']);
    await symlink(folder, join(folder, 'a', 'back'));
    await symlink(join(folder, 'a', 'two.png'), join(folder, '0 first.png'));
    const { files, passedOver } = await walked(folder);
    expect(files.map(({ label }) => label)).toEqual(['links/0 first.png', 'links/a/one.png']);
    expect(passedOver).toEqual(['1 file (found at another place too)', '1 folder (walked already)']);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('a folder without rights is named', async () => {
    const folder = join(await temporaryFolder(), 'rights');
    await make(folder, ['closed/a.png', 'open/b.png']);
    await chmod(join(folder, 'closed'), 0);
    expect(await found(folder)).toEqual([
      { label: 'rights/closed', unreadable: true },
      { label: 'rights/open/b.png', unreadable: false },
    ]);
    await chmod(join(folder, 'closed'), 0o700);
  });
});

it.runIf(process.platform === 'linux')(
  'names that are not UTF-8 stay apart, legible, and lead to their files',
  async () => {
    const folder = join(await temporaryFolder(), 'nu');
    await mkdir(Buffer.from(`${folder}/Blutk\xf6rper`, 'latin1'), { recursive: true });
    for (const name of ['\xff.jpg', '\xfe.jpg', 'Blutk\xf6rper/1.jpg', '<FF>.jpg'])
      await copyFile(
        join(SAMPLE_SLIDE, (await readdir(SAMPLE_SLIDE))[0] ?? ''),
        Buffer.from(`${folder}/${name}`, 'latin1'),
      );
    const { files } = await walked(folder);
    expect(files.map(({ label }) => label)).toEqual([
      'nu/<3C>FF>.jpg',
      'nu/<FE>.jpg',
      'nu/<FF>.jpg',
      'nu/Blutk<F6>rper/1.jpg',
    ]);
    for (const { path } of files) expect((await readFile(diskPath(path))).length).toBeGreaterThan(0);
  },
);

describe('a walk that is stopped', () => {
  it('ends between two folders', async () => {
    const folder = join(await temporaryFolder(), 'stopped');
    await make(
      folder,
      Array.from({ length: 600 }, (_, index) => `${String(index)}.jpg`),
    );
    await make(folder, ['later/1.jpg']);
    const controller = new AbortController();
    const files: FoundFile[] = [];
    const walking = async (): Promise<void> => {
      const options = { shard: null, signal: controller.signal, passedOver: new PassedOverList() };
      for await (const chunk of walk([folder], options)) {
        files.push(...chunk);
        controller.abort();
      }
    };
    await expect(walking()).rejects.toThrow('stopped');
    expect(files).toHaveLength(500);
  });

  it('does not wait for a file system that does not answer', async () => {
    const controller = new AbortController();
    const waiting = unlessStopped(controller.signal, new Promise(() => undefined));
    controller.abort();
    await expect(waiting).rejects.toThrow('stopped');
  });
});
