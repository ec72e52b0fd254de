import { rmSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { UNFINISHED } from '#shared/domain/unfinished';
import { records, smearscope } from '../support/commandLine';
import { manyImages, SAMPLE_SLIDE } from '../support/data';
import { canMount, mountDisk, resizeDisk } from '../support/mount';
import { temporaryFolder } from '../support/temporary';
import { ask } from '../support/workspaceDatabase';

/** A folder of its own with sample images under the names given, and the options of a command that classifies it. */
async function imagesNamed(
  ...names: string[]
): Promise<{ folder: string; images: string; out: string; args: string[] }> {
  const folder = await temporaryFolder();
  const images = join(folder, 'images');
  await mkdir(images);
  const samples = await readdir(SAMPLE_SLIDE);
  for (const [index, name] of names.entries())
    await copyFile(join(SAMPLE_SLIDE, samples[index] ?? ''), join(images, name));
  const out = join(folder, 'r.csv');
  return { folder, images, out, args: ['classify', images, '--workspace', join(folder, 'workspace'), '--out', out] };
}

/** Takes all rights off a file or folder until the test is over. */
async function close(path: string, mode = 0o000): Promise<void> {
  await chmod(path, mode);
  onTestFinished(() => chmod(path, 0o755));
}

it('a folder and a file without permission are named with what to do, and the rest is classified', async () => {
  const { images, out, args } = await imagesNamed('open.jpg', 'closed.jpg');
  await mkdir(join(images, 'private'));
  await copyFile(join(images, 'open.jpg'), join(images, 'private', 'unseen.jpg'));
  await close(join(images, 'closed.jpg'));
  await close(join(images, 'private'));
  const { code, error } = await smearscope(args, { likeUser: true });
  expect(code, error).toBe(3);
  expect((await records(out)).map((line) => line.split(',')[0])).toEqual(['images/open.jpg']);
  expect(error).toContain('private: The folder may not be read: the rights are missing.');
  expect(error).toContain('closed.jpg: The file may not be read: the rights are missing. Ask for the right to read it');
  expect(await records(`${out}.unreadable.csv`)).toHaveLength(2);
});

it('a class folder without permission is named, and nothing is learned or judged without it', async () => {
  const { folder, images } = await imagesNamed();
  for (const name of ['lymphocyte', 'neutrophil']) {
    await mkdir(join(images, name));
    await copyFile(join(SAMPLE_SLIDE, 'LY_512098.jpg'), join(images, name, '1.jpg'));
  }
  await close(join(images, 'neutrophil'));
  const options = ['--data', images, '--workspace', join(folder, 'workspace')];
  for (const command of [
    ['train', ...options, '--name', 'n'],
    ['evaluate', ...options, '--out', join(folder, 'report.json')],
  ]) {
    const { code, error } = await smearscope(command, { likeUser: true });
    expect([code, error.includes(`The folder ${join(images, 'neutrophil')} cannot be read.`)], error).toEqual([
      1,
      true,
    ]);
    expect(error).toContain('Check the path and the rights');
  }
});

it('a workspace that may not be written to is refused, and stays as it is', async () => {
  const { folder, args } = await imagesNamed('a.jpg');
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  await close(workspace, 0o555);
  const { code, error } = await smearscope(args, { likeUser: true });
  expect([code, error.includes(`${workspace}/smearscope.db cannot be written.`)], error).toEqual([1, true]);
  expect(error).toContain('Check that the folder is there and may be written to, or choose another place.');
  expect(await readdir(workspace)).toEqual([]);
});

it('an image store that may not be written to fails the batch, and no image is blamed; with the rights back it goes on', async () => {
  const { folder, out, args } = await imagesNamed('a.jpg', 'b.jpg');
  const store = join(folder, 'workspace', 'images');
  await mkdir(join(store, UNFINISHED), { recursive: true });
  await close(store, 0o555);
  const refused = await smearscope(args, { likeUser: true });
  expect(refused.code, refused.error).toBe(1);
  expect(refused.error).toMatch(/\/images\/\S+ cannot be written\./);
  expect(refused.error).not.toContain('unreadable');
  await chmod(store, 0o755);
  expect(await smearscope(args, { likeUser: true })).toMatchObject({ code: 0 });
  expect(await records(out)).toHaveLength(2);
});

it.skipIf(!canMount())(
  'a disk that is full while images are copied stops the batch with what to do; with space it goes on to the end',
  async () => {
    const { folder, images, out, args } = await imagesNamed();
    await manyImages(images, 120);
    const store = join(folder, 'workspace', 'images');
    await mkdir(store, { recursive: true });
    mountDisk(store, 'size=1m');
    const full = await smearscope(args);
    expect(full.code, full.error).toBe(1);
    expect(full.error).toMatch(/The disk that holds \S+\/images\/\S+ is full\./);
    expect(full.error).toContain('Free some space, then go on: what was done before is kept.');
    expect(await readdir(join(store, UNFINISHED))).toEqual([]);
    resizeDisk(store, '20m');
    const { code, error } = await smearscope(args);
    expect(code, error).toBe(0);
    expect(error).toMatch(/Going on with the batch/);
    expect(new Set((await records(out)).map((line) => line.split(',')[0])).size).toBe(120);
  },
);

it('a file that vanishes after it was found is listed, and the rest is classified', async () => {
  const { folder, images, out } = await imagesNamed();
  await manyImages(images, 300);
  const last = join(images, 'slide 2', '299.jpg');
  const workspace = join(folder, 'workspace');
  // The last file is read in the second request, long after the walk is over.
  const isWalked = (): boolean =>
    ask(workspace, (database) => database.prepare('select walked from batch').pluck().get()) === 1;
  const { code, error } = await smearscope(['classify', images, '--workspace', workspace, '--out', out], {
    watch: () => {
      const watch = setInterval(() => {
        if (!isWalked()) return;
        clearInterval(watch);
        rmSync(last);
      }, 5);
      onTestFinished(() => {
        clearInterval(watch);
      });
    },
  });
  expect(code, error).toBe(3);
  expect(await records(out)).toHaveLength(299);
  expect(error).toContain('299.jpg: The file is gone: it was there when the folder was read.');
});

it('names with quotes, line ends, commas, emoji and 255 bytes come through to the results as they are', async () => {
  const names = [
    'quo"te, comma.jpg',
    'line\nend.jpg',
    'return\r\n.jpg',
    '🩸 Bärbel.jpg',
    '=1+1.jpg',
    `${'n'.repeat(251)}.jpg`,
  ];
  const { out, args } = await imagesNamed(...names);
  const { code, error } = await smearscope(args);
  expect(code, error).toBe(0);
  // RFC 4180: a field in quotes may hold anything, its quotes doubled.
  const files = (await readFile(out, 'utf8')).matchAll(/(?<=^|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*)),[0-9a-f]{64},/g);
  expect([...files].map(([, quoted, plain]) => (quoted ?? plain ?? '').replaceAll('""', '"')).sort()).toEqual(
    names.map((name) => `images/${name}`).sort(),
  );
});

it('broken files of every kind are named, one each, and the rest is classified', async () => {
  const { images, out, args } = await imagesNamed('good.jpg');
  const good = await readFile(join(images, 'good.jpg'));
  const wide = Buffer.from(good);
  // The frame header (SOF0: FF C0, length, precision, height, width) claims 30,000 px.
  wide.writeUInt16BE(30_000, wide.indexOf(Buffer.of(0xff, 0xc0)) + 7);
  const broken: Record<string, [Buffer | string, string]> = {
    'empty.jpg': ['', 'The file is empty.'],
    'text.jpg': ['this is no image', 'This is not an image in a format that is read'],
    'cut.jpg': [good.subarray(0, good.length / 2), 'The JPEG is cut short'],
    'film.gif': ['GIF89a', 'GIF is not read'],
    'wide.jpg': [wide, 'The image is 30000 x'],
  };
  for (const [name, [bytes]] of Object.entries(broken)) await writeFile(join(images, name), bytes);
  const { code, error } = await smearscope(args);
  expect(code, error).toBe(3);
  expect(await records(out)).toHaveLength(1);
  for (const [name, [, reason]] of Object.entries(broken))
    expect(error).toMatch(new RegExp(`unreadable: .*${name}: .*${reason}`));
  expect(await records(`${out}.unreadable.csv`)).toHaveLength(Object.keys(broken).length);
});
