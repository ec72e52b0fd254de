import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { imageSize } from 'image-size';
import { describe, expect, it } from 'vitest';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

const IMAGE = join(SAMPLE_SLIDE, 'LY_512098.jpg');
const PIPELINE = { steps: [{ when: 'always', augmentations: [{ kind: 'rotation' }, { kind: 'stain-jitter' }] }] };

/** Runs the built command `augment`; gives its exit code and what it says on standard error. */
async function augment(args: readonly string[]): Promise<{ readonly code: unknown; readonly error: string }> {
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [resolve('dist/cli/index.js'), 'augment', ...args]);
    return { code: 0, error: stderr };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('stderr' in error)) throw error;
    return { code: error.code, error: String(error.stderr) };
  }
}

describe('augment', () => {
  it('writes a grid of pictures: a row for each image and strength, the image itself first', async () => {
    const folder = await temporaryFolder();
    const pipeline = join(folder, 'pipeline.json');
    await writeFile(pipeline, JSON.stringify(PIPELINE));
    const grid = async (name: string, seed: string): Promise<Buffer> => {
      const out = join(folder, name);
      const options = ['--size', '64', '--count', '3', '--strength', '0.5', '--strength', '1', '--seed', seed];
      const workspace = ['--workspace', join(folder, 'workspace')];
      const ended = await augment([IMAGE, IMAGE, '--pipeline', pipeline, '--out', out, ...options, ...workspace]);
      expect(ended.code, ended.error).toBe(0);
      return readFile(out);
    };
    const first = await grid('first.png', '1');
    // Four pictures beside one another, four rows, 4 px of white around each.
    expect(imageSize(first)).toMatchObject({ type: 'png', width: 4 * 68 + 4, height: 4 * 68 + 4 });
    expect((await grid('again.png', '1')).equals(first)).toBe(true);
    expect((await grid('other.png', '2')).equals(first)).toBe(false);
  });

  it('says what is wrong with the pipeline, the image or the strength, and writes nothing', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'grid.png');
    const options = ['--out', out, '--workspace', join(folder, 'workspace')];
    const withPipeline = async (text: string, image = IMAGE, ...more: string[]): ReturnType<typeof augment> => {
      const path = join(folder, 'pipeline.json');
      await writeFile(path, text);
      return augment([image, '--pipeline', path, ...options, ...more]);
    };
    const good = JSON.stringify(PIPELINE);
    const cut = join(folder, 'cut.jpg');
    const bytes = await readFile(IMAGE);
    await writeFile(cut, bytes.subarray(0, bytes.length / 2));
    const cases = await Promise.all([augment([IMAGE, '--pipeline', join(folder, 'missing.json'), ...options])]);
    cases.push(await withPipeline('{'));
    cases.push(await withPipeline(good.replace('rotation', 'rotate')));
    cases.push(await withPipeline(good.replace('"rotation"', '"rotation","turn":3')));
    cases.push(await withPipeline(good, join(folder, 'missing.jpg')));
    cases.push(await withPipeline(good, cut));
    cases.push(await withPipeline(good, IMAGE, '--strength', '9'));
    cases.push(await withPipeline(good, IMAGE, '--count', '0'));
    const expected = [
      [1, 'missing.json cannot be read'],
      [2, 'pipeline.json is not JSON'],
      [2, 'there is no augmentation "rotate"'],
      [2, 'at steps[0].augmentations[0].turn'],
      [1, 'missing.jpg cannot be opened'],
      [1, 'cut.jpg: The JPEG is cut short'],
      [2, 'At 9 times its strength'],
      [2, 'from 1 to 64'],
    ] as const;
    for (const [index, [code, words]] of expected.entries()) {
      expect(cases[index]?.error).toContain(words);
      expect(cases[index]?.code).toBe(code);
    }
    expect(existsSync(out)).toBe(false);
  });
});
