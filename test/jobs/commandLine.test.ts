import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rememberWorkspace } from '#main/rememberedWorkspace';
import { deviceReportSchema } from '#shared/domain/device';
import { modelCardSchema } from '#shared/domain/model';
import { records, smearscope } from '../support/commandLine';
import { manyImages, SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

describe('classify', () => {
  it('does the rest when some files cannot be read, names each, and ends with 3', async () => {
    const folder = await temporaryFolder();
    const images = join(folder, 'images', 'slide');
    await mkdir(images, { recursive: true });
    const [first = '', second = ''] = await readdir(SAMPLE_SLIDE);
    await copyFile(join(SAMPLE_SLIDE, first), join(images, 'a, "quoted".jpg'));
    await copyFile(join(SAMPLE_SLIDE, first), join(images, 'copy.jpg'));
    await copyFile(join(SAMPLE_SLIDE, second), join(images, 'b.jpg'));
    await writeFile(join(images, 'empty.jpg'), '');
    const bytes = await readFile(join(SAMPLE_SLIDE, first));
    await writeFile(join(images, 'cut.jpg'), bytes.subarray(0, bytes.length / 2));
    const out = join(folder, 'results.csv');
    const ended = await smearscope([
      'classify',
      join(folder, 'images'),
      '--workspace',
      join(folder, 'workspace'),
      '--out',
      out,
      '--json',
    ]);
    expect(ended.code, ended.error).toBe(3);
    expect(JSON.parse(ended.out)).toMatchObject({ total: 5, classified: 2, duplicates: 1, unreadable: 2 });
    expect(await records(out)).toHaveLength(2);
    expect(await readFile(out, 'utf8')).toMatch(
      /^file,sha256,slide,class,top_class,confidence,status,basophil,eosinophil,erythroblast,ig,lymphocyte,monocyte,neutrophil,platelet\r\n/,
    );
    expect(await readFile(out, 'utf8')).toContain('"images/slide/a, ""quoted"".jpg"');
    expect((await records(`${out}.unreadable.csv`)).map((line) => /(empty|cut)\.jpg/.exec(line)?.[1]).sort()).toEqual([
      'cut',
      'empty',
    ]);
    expect(ended.error).toContain('empty.jpg: The file is empty.');
  });

  it('looks at every cell eight ways where asked to, and says so', async () => {
    const folder = await temporaryFolder();
    const images = join(folder, 'slide');
    await mkdir(images);
    for (const name of (await readdir(SAMPLE_SLIDE)).slice(0, 5))
      await copyFile(join(SAMPLE_SLIDE, name), join(images, name));
    const classified = async (...views: string[]): Promise<{ summary: unknown; lines: string[] }> => {
      const out = join(folder, `${views.join('')}.csv`);
      const workspace = join(folder, 'workspace');
      const ended = await smearscope(['classify', images, '--workspace', workspace, '--out', out, '--json', ...views]);
      expect(ended.code, ended.error).toBe(0);
      return { summary: JSON.parse(ended.out), lines: await records(out) };
    };
    const once = await classified();
    const eight = await classified('--views', '8');
    expect([once.summary, eight.summary]).toMatchObject([
      { views: 1, classified: 5 },
      { views: 8, classified: 5 },
    ]);
    expect(eight.lines.map((line) => line.split(',')[0])).toEqual(once.lines.map((line) => line.split(',')[0]));
    expect(eight.lines).not.toEqual(once.lines);
  });

  it('reads what is an image by content, names what is passed over, and tells slides of one name apart', async () => {
    const folder = await temporaryFolder();
    const images = join(folder, 'images');
    const names = await readdir(SAMPLE_SLIDE);
    const copy = async (index: number, ...to: string[]): Promise<void> => {
      await mkdir(join(images, ...to, '..'), { recursive: true });
      await copyFile(join(SAMPLE_SLIDE, names[index] ?? ''), join(images, ...to));
    };
    await copy(0, 'patient_A', 'cells', 'l0.jfif');
    await copy(1, 'patient_A', 'cells', 'IMG_0001');
    await copy(2, 'patient_B', 'cells', 'm0.JPE');
    await copy(3, 'patient_B', 'cells', '@eaDir', 'm0.JPE', 'SYNOFILE_THUMB_M.jpg');
    await writeFile(join(images, 'patient_A', 'cells', 'x.jxl'), '');
    await symlink('/dev/zero', join(images, 'patient_A', 'cells', 'zero.png'));
    const notUtf8 = process.platform === 'linux' ? ['\xff.jpg', '\xfe.jpg'] : [];
    for (const [index, name] of notUtf8.entries())
      await copyFile(
        join(SAMPLE_SLIDE, names[4 + index] ?? ''),
        Buffer.from(`${images}/patient_B/cells/${name}`, 'latin1'),
      );
    const out = join(folder, 'results.csv');
    const ended = await smearscope(['classify', images, '--workspace', join(folder, 'w'), '--out', out, '--json']);
    expect(ended.code, ended.error).toBe(3);
    expect(JSON.parse(ended.out)).toMatchObject({
      classified: 3 + notUtf8.length,
      unreadable: 2,
      passedOver: ['1 file in @eaDir (thumbnails of a NAS)'],
    });
    expect(ended.error).toContain('passed over: 1 file in @eaDir (thumbnails of a NAS)');
    expect(ended.error).toContain('JPEG XL is not read');
    const rows = (await records(out)).map((line) => line.split(','));
    expect(rows.map(([file, , slide]) => [file?.split('/').at(-1), slide])).toEqual([
      ['IMG_0001', 'patient_A/cells'],
      ['l0.jfif', 'patient_A/cells'],
      ...notUtf8.map((_, index) => [['<FE>.jpg', '<FF>.jpg'][index], 'patient_B/cells']),
      ['m0.JPE', 'patient_B/cells'],
    ]);
  });

  it('says which folder holds no images, and which is not there', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'bare'));
    const options = ['--workspace', join(folder, 'workspace'), '--out', join(folder, 'r.csv')];
    const bare = await smearscope(['classify', join(folder, 'bare'), ...options]);
    expect([bare.code, bare.error.includes('No images were found in')]).toEqual([1, true]);
    const missing = await smearscope(['classify', join(folder, 'missing'), ...options]);
    expect([missing.code, missing.error.includes('missing cannot be opened')]).toEqual([1, true]);
    expect(existsSync(join(folder, 'r.csv'))).toBe(false);
  });
});

describe('other commands', () => {
  it('results that could not be written are refused before the work, and the folder to write into named', async () => {
    const folder = await temporaryFolder();
    const workspace = join(folder, 'workspace');
    const out = join(folder, 'missing', 'r');
    const ended = await Promise.all([
      smearscope(['classify', SAMPLE_SLIDE, '--out', out, '--workspace', workspace]),
      smearscope(['classify', SAMPLE_SLIDE, '--out', folder, '--workspace', workspace]),
      smearscope(['evaluate', '--data', SAMPLE_SLIDE, '--out', out, '--workspace', workspace]),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([1, 1, 1]);
    for (const [index, path] of [out, folder, out].entries())
      expect(ended[index]?.error).toContain(`${path} cannot be written.`);
    expect(existsSync(workspace)).toBe(false);
  });

  it('wrong usage ends with 2 and says what is wrong', async () => {
    const folder = await temporaryFolder();
    const workspace = ['--workspace', join(folder, 'workspace')];
    const runs = await Promise.all([
      smearscope(['classify', SAMPLE_SLIDE]),
      smearscope(['train', '--data', SAMPLE_SLIDE, '--name', 'x', '--set', 'views=ninety']),
      smearscope(['classify', SAMPLE_SLIDE, '--out', join(folder, 'r.csv'), '--shard', '4/3', ...workspace]),
      smearscope(['classify', SAMPLE_SLIDE, '--out', join(folder, 'r.csv'), '--views', '3', ...workspace]),
      smearscope(['evaluate', '--data', SAMPLE_SLIDE, '--out', join(folder, 'r.json'), '--views', 'all', ...workspace]),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    for (const { error } of runs.slice(3)) expect(error).toMatch(/--views.* is invalid\. It is 1, 2, 4 or 8\./);
    expect(runs[1].error).toContain('views');
  });

  it('evaluate refuses a class that the model does not know, by name', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'data', 'unicorn'), { recursive: true });
    const [name = ''] = await readdir(SAMPLE_SLIDE);
    await copyFile(join(SAMPLE_SLIDE, name), join(folder, 'data', 'unicorn', name));
    const ended = await smearscope([
      'evaluate',
      '--data',
      join(folder, 'data'),
      '--workspace',
      join(folder, 'workspace'),
      '--out',
      join(folder, 'report.json'),
    ]);
    expect(ended.code).toBe(2);
    expect(ended.error).toContain('does not know the class "unicorn"');
  });

  it('opens the workspace that was chosen in the window', async () => {
    const folder = await temporaryFolder();
    const home = join(folder, 'home');
    const userData =
      process.platform === 'darwin'
        ? join(home, 'Library', 'Application Support', 'smearscope')
        : join(home, 'smearscope');
    await mkdir(userData, { recursive: true });
    await mkdir(join(folder, 'chosen'));
    rememberWorkspace(userData, join(folder, 'chosen'));
    const env = { HOME: home, APPDATA: home, XDG_CONFIG_HOME: home, SMEARSCOPE_WORKSPACE: '' };
    const { code, error } = await smearscope(['models'], { env });
    expect(code, error).toBe(0);
    expect(existsSync(join(folder, 'chosen', 'smearscope.db'))).toBe(true);
  });

  it('an evaluation that Ctrl-C stops ends with 130 and writes nothing', async () => {
    const folder = await temporaryFolder();
    await manyImages(join(folder, 'data', 'neutrophil'), 600);
    const out = join(folder, 'report.json');
    let asked = false;
    const { code, error } = await smearscope(
      ['evaluate', '--data', join(folder, 'data'), '--workspace', join(folder, 'workspace'), '--out', out],
      {
        ownGroup: true,
        watch: (child) => {
          child.stderr?.on('data', (data) => {
            if (asked || !String(data).includes(' of 600')) return;
            asked = true;
            process.kill(-(child.pid ?? 0), 'SIGINT');
          });
        },
      },
    );
    expect([code, error]).toEqual([130, expect.stringContaining('Stopped.')]);
    expect(existsSync(out)).toBe(false);
  });

  it('labelled images in a file are refused for the true reason', async () => {
    const folder = await temporaryFolder();
    const [npz, csv] = [join(folder, 'x.npz'), join(folder, 'labels.csv')];
    await Promise.all([writeFile(npz, 'PK'), writeFile(csv, 'path,label')]);
    const workspace = ['--workspace', join(folder, 'workspace')];
    const ended = await Promise.all([
      smearscope(['train', '--data', npz, '--name', 'x', ...workspace]),
      smearscope(['train', '--data', csv, '--name', 'x', ...workspace]),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([2, 2]);
    expect(ended[0].error).toContain('importing .npz comes with the view of data sets');
    expect(ended[1].error).toContain('labelled images are read from a folder');
  });

  it('a training by the name of a model that is there is refused before the work', async () => {
    const folder = await temporaryFolder();
    const starter = modelCardSchema.parse(JSON.parse(await readFile('models/starter/card.json', 'utf8')));
    await mkdir(join(folder, 'data', 'a'), { recursive: true });
    const [name = ''] = await readdir(SAMPLE_SLIDE);
    await copyFile(join(SAMPLE_SLIDE, name), join(folder, 'data', 'a', name));
    const { code, error } = await smearscope([
      'train',
      '--data',
      join(folder, 'data'),
      '--name',
      ` ${starter.name.toUpperCase()}`,
      '--workspace',
      join(folder, 'workspace'),
    ]);
    expect([code, error]).toEqual([2, expect.stringContaining(`There is a model "${starter.name}" already`)]);
    expect(error).not.toContain('Run ');
  });

  it('models lists balanced accuracy and the worst class before the accuracy', async () => {
    const { out } = await smearscope(['models', '--workspace', join(await temporaryFolder(), 'workspace')]);
    expect(out).toMatch(
      /: balanced accuracy [\d.]+ % over 8 classes; worst class \w+: \d+ of \d+ found, .*; accuracy /,
    );
  });

  it('an empty path is refused before the work', async () => {
    const ended = await Promise.all(
      [
        ['classify', SAMPLE_SLIDE, '--out', ''],
        ['evaluate', '--data', SAMPLE_SLIDE, '--out', ''],
        ['train', '--data', SAMPLE_SLIDE, '--name', 'x', '--workspace', ''],
      ].map((args) => smearscope(args)),
    );
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2]);
    for (const { error } of ended) expect(error).toContain('It is a file or a folder, and is not empty.');
  });

  it('device says what runs the numbers, with the memory of the graphics card where one does', async () => {
    const { code, out } = await smearscope(['device', '--json']);
    expect(code).toBe(0);
    const { kind, gpuMemoryBytes, reasonNotGpu } = deviceReportSchema.parse(JSON.parse(out));
    if (kind === 'cpu') expect([gpuMemoryBytes, reasonNotGpu]).toEqual([null, expect.any(String)]);
    else expect(gpuMemoryBytes).toBeGreaterThan(1e9);
  });

  it('the sample slide is classified and its differential printed with limits and the research-use line', async () => {
    const { code, out } = await smearscope(['sample']);
    expect(code).toBe(0);
    expect(out).toMatch(/Neutrophil +\d+ +\d+\.\d % +95 % limits/);
    expect(out).toContain('For research use only. Not for use in diagnostic procedures.');
  });
});
