import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the built command line; `watch` sees what it says on standard error while it runs. */
function smearscope(
  args: readonly string[],
  watch: (child: ChildProcess, error: string) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [resolve('dist/cli/index.js'), ...args], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  let out = '';
  let error = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => {
    error += String(data);
    watch(child, error);
  });
  return new Promise((done) =>
    child.on('close', (code) => {
      done({ code, out, error });
    }),
  );
}

/** Many different images: the sample ones, each with other bytes after its end, which decoders pass over. */
async function manyImages(folder: string, count: number): Promise<void> {
  const names = await readdir(SAMPLE_SLIDE);
  for (let index = 0; index < count; index++) {
    const name = names[index % names.length] ?? '';
    const slide = join(folder, `slide ${String(index % 3)}`);
    await mkdir(slide, { recursive: true });
    const bytes = await readFile(join(SAMPLE_SLIDE, name));
    await writeFile(join(slide, `${String(index)}.jpg`), Buffer.concat([bytes, Buffer.from(String(index))]));
  }
}

/** Process ids of the compute processes that a command started. */
function computeOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${String(id)}/status`, 'utf8'))?.[1]) === parent;
      } catch {
        return false;
      }
    });
}

const records = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).trimEnd().split('\r\n').slice(1);

describe('classify', () => {
  it('goes on where it was after SIGKILL of the compute process and of the whole program, with every image once', async () => {
    const folder = await temporaryFolder();
    const images = join(folder, 'images');
    await manyImages(images, 2000);
    const out = join(folder, 'results.csv');
    const args = ['classify', images, '--workspace', join(folder, 'workspace'), '--out', out];

    // Points at which to kill, drawn anew for each run of the test and named if it fails.
    const seed = Date.now() % 1000;
    const points = [1, 2].map((each) => Math.floor(((seed * each * 7919) % 1000) + 100));
    for (const point of points) {
      const kill = { done: false };
      const { code } = await smearscope(args, (child, error) => {
        const done = Number(/(\d+) of \d+[^\n]*$/.exec(error.trimEnd())?.[1] ?? 0);
        if (!kill.done && done >= Math.min(point, 1200) && child.pid !== undefined) {
          kill.done = true;
          child.kill('SIGKILL');
        }
      });
      if (kill.done) expect(code, `killed at ${String(point)}`).not.toBe(0);
    }
    let deaths = 0;
    const { code, error } = await smearscope(args, (child) => {
      if (deaths > 0 || child.pid === undefined) return;
      for (const id of computeOf(child.pid)) {
        deaths++;
        process.kill(id, 'SIGKILL');
      }
    });
    expect(code, error).toBe(0);
    const lines = await records(out);
    expect(lines).toHaveLength(2000);
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(2000);
    expect(
      readdirSync(join(folder, 'workspace', 'images'), { recursive: true, withFileTypes: true }).filter(
        (each) => each.isFile() && each.name.endsWith('.jpg'),
      ),
    ).toHaveLength(2000);
  });

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

  it('lists a file that vanishes after it was found', async () => {
    const folder = await temporaryFolder();
    await manyImages(join(folder, 'images'), 600);
    const last = join(folder, 'images', 'slide 2', '599.jpg');
    const removals: Promise<void>[] = [];
    const out = join(folder, 'r.csv');
    const ended = await smearscope(
      ['classify', join(folder, 'images'), '--workspace', join(folder, 'workspace'), '--out', out],
      () => {
        if (removals.length === 0) removals.push(rm(last));
      },
    );
    await Promise.all(removals);
    const settled = (await records(out)).length;
    expect(ended.code === 3 ? [settled, ended.error.includes('599.jpg: The file is gone')] : [settled, true]).toEqual([
      ended.code === 3 ? 599 : 600,
      true,
    ]);
  });
});

describe('other commands', () => {
  it('wrong usage ends with 2 and says what is wrong', async () => {
    const folder = await temporaryFolder();
    const workspace = ['--workspace', join(folder, 'workspace')];
    const runs = await Promise.all([
      smearscope(['classify', SAMPLE_SLIDE]),
      smearscope(['train', '--data', SAMPLE_SLIDE, '--name', 'x', '--set', 'views=ninety']),
      smearscope(['classify', SAMPLE_SLIDE, '--out', join(folder, 'r.csv'), '--shard', '4/3', ...workspace]),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([2, 2, 2]);
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

  it('the sample slide is classified and its differential printed with limits and the research-use line', async () => {
    const { code, out } = await smearscope(['sample']);
    expect(code).toBe(0);
    expect(out).toMatch(/Neutrophil +\d+ +\d+\.\d % +95 % limits/);
    expect(out).toContain('For research use only. Not for use in diagnostic procedures.');
  });
});
