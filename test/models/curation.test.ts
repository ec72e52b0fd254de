import { Orientation, Transformer } from '@napi-rs/image';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabelledFile, QuickEvent } from '#shared/compute/protocol';
import { curate } from '#models/curation/curate';
import { readLabelled } from '#models/data/labelledImages';
import { Random } from '#models/data/random';
import { stratifiedSplit } from '#models/data/split';
import { copyClasses, hasData, SAMPLE_SLIDE } from '../support/data';
import { samplesOf, trainSmall } from '../support/quickModel';
import { temporaryFolder } from '../support/temporary';

const idle = (): void => undefined;

/** A file saved again: smaller, and as JPEG of a lower quality. */
async function savedAgain(bytes: Buffer, scale: number, quality: number): Promise<Buffer> {
  const { width, height } = await new Transformer(bytes).metadata();
  return new Transformer(bytes).resize(Math.round(width * scale), Math.round(height * scale)).jpeg(quality);
}

/** Sample pictures with labels dealt at random, each with three copies of the same label. */
async function copiesUnderRandomLabels(folder: string): Promise<LabelledFile[]> {
  const random = new Random(3);
  const files: LabelledFile[] = [];
  await mkdir(folder, { recursive: true });
  for (const name of (await readdir(SAMPLE_SLIDE)).sort()) {
    const classId = random.next() < 0.5 ? 'heads' : 'tails';
    const bytes = await readFile(join(SAMPLE_SLIDE, name));
    const copies = [85, 70, 78].map((quality) => savedAgain(bytes, 0.8 + 0.2 * random.next(), quality));
    for (const [index, copy] of [bytes, ...(await Promise.all(copies))].entries()) {
      const path = join(folder, `${String(index)} ${name}`);
      await writeFile(path, copy);
      files.push({ path, classId, slide: null });
    }
  }
  return files;
}

async function curated(files: readonly LabelledFile[]): ReturnType<typeof curate> {
  const { images } = await readLabelled(files, idle);
  return curate(images, await temporaryFolder(), idle);
}

describe('copies of a picture', () => {
  it('saved again and resized do not make labels dealt at random look learned', async () => {
    const folder = await temporaryFolder();
    const files = await copiesUnderRandomLabels(join(folder, 'data'));
    const { images, findings } = await curated(files);
    const parts = stratifiedSplit(images, { test: 0.2, validation: 0.1, seed: 7 });
    const sides = new Map<string, Set<string>>();
    images.forEach(({ path }, index) => {
      const picture = path.slice(path.lastIndexOf(' ') + 1);
      sides.set(picture, (sides.get(picture) ?? new Set()).add(parts[index] ?? ''));
    });
    expect([...sides.values()].map(({ size }) => size)).toEqual(new Array(sides.size).fill(1));
    expect(findings[0]).toMatch(
      new RegExp(`^${String(files.length)} images are copies of ${String(sides.size)} pictures`),
    );

    const events: QuickEvent[] = [];
    const { card } = await trainSmall(folder, files, undefined, (event) => events.push(event));
    expect(card.evaluation.accuracy.value).toBeLessThan(0.9);
    expect(card.limits).toContain(findings[0]);
    const kinds = events.map((event) => (event.kind === 'progress' ? event.progress.stage : event.kind));
    expect(kinds.indexOf('notice')).toBeGreaterThan(0);
    expect(kinds.indexOf('notice')).toBeLessThan(kinds.indexOf('features'));
  });

  it('turned or mirrored are found, and named where they stand under two labels', async () => {
    const folder = await temporaryFolder();
    const [first, second] = await samplesOf('neutrophil');
    if (!first || !second) throw new Error('There are samples.');
    const bytes = await readFile(first.path);
    const turned = join(folder, 'turned.png');
    const mirrored = join(folder, 'mirrored.jpg');
    // EXIF orientations 5 to 8 turn, 2 and 4 mirror.
    await writeFile(turned, await new Transformer(bytes).rotate(Orientation.Rotate270Cw).png());
    await writeFile(mirrored, await new Transformer(bytes).rotate(Orientation.MirrorHorizontal).jpeg(80));
    const { images, findings } = await curated([
      first,
      second,
      { path: turned, classId: 'lymphocyte', slide: null },
      { path: mirrored, classId: 'neutrophil', slide: null },
    ]);
    expect(images.map(({ alike }) => alike !== null)).toEqual([true, false, true, true]);
    expect(findings[1]).toMatch(/^Copies of one picture stand under different labels, .*turned\.png\.$/);
  });

  it('across the sets that folders give are named, and the sets are kept', async () => {
    const folder = await temporaryFolder();
    const [first, second, third] = await samplesOf('neutrophil');
    if (!first || !second || !third) throw new Error('There are samples.');
    const again = join(folder, 'again.jpg');
    await writeFile(again, await savedAgain(await readFile(first.path), 0.9, 75));
    const files: LabelledFile[] = [
      { ...first, part: 'training' },
      { ...second, part: 'training' },
      { ...third, part: 'validation' },
      { ...first, path: again, part: 'test' },
    ];
    const { images, findings } = await curated(files);
    expect(stratifiedSplit(images, { test: 0.2, validation: 0.1, seed: 7 })).toEqual(files.map(({ part }) => part));
    expect(findings).toEqual([
      expect.stringMatching(/^2 images are copies of 1 picture, saved again, resized or turned, such as [^;]*\.jpg\.$/),
      expect.stringMatching(
        /^Copies of one picture stand in more than one of the sets .* \(training set\) and .*again\.jpg \(test set\)\. The sets are kept, so the model is evaluated on pictures that its training saw/,
      ),
    ]);

    // In one set they are no leak.
    const together = await curated(files.map((file) => ({ ...file, part: 'training' })));
    expect(together.findings).toEqual([expect.stringMatching(/stay on one side of the split/)]);
  });

  it('are not seen among different cells', async () => {
    const { images, findings } = await curated(await samplesOf('neutrophil', 'lymphocyte', 'monocyte'));
    expect(images.filter(({ alike }) => alike !== null)).toEqual([]);
    expect(findings).toEqual([]);
  });
});

describe.skipIf(!hasData)('a property of files that tells the classes apart', () => {
  it('is named before the training, with its classes, and stands in the card', async () => {
    const folder = await temporaryFolder();
    const files = await labelledIn(folder, 30, ['lymphocyte', 'monocyte', 'neutrophil']);
    const changed = files.map(async (file) => {
      if (file.classId !== 'lymphocyte') return file;
      const path = file.path.replace('.jpg', '.tif');
      await writeFile(path, await new Transformer(await readFile(file.path)).resize(48, 48).tiff());
      return { ...file, path };
    });
    const events: QuickEvent[] = [];
    const { card } = await trainSmall(folder, await Promise.all(changed), undefined, (event) => events.push(event));
    const message =
      'All images of lymphocyte are 48 x 48 px TIFF files, and no other image is: the model may learn that, or what comes with it, instead of the cell.';
    expect(card.limits).toContain(message);
    expect(events).toContainEqual({
      kind: 'notice',
      failure: { code: 'questionable-data', message, hint: expect.any(String) as string },
    });
  });

  it('is seen in the reference data, whose immature granulocytes alone are square', async () => {
    const { findings } = await curated(await labelledIn(await temporaryFolder(), 60));
    expect(findings).toEqual([
      expect.stringMatching(/^82 % of the images of ig are 360 x 360 px, and 0 % of the others are/),
    ]);
  });

  it('is not seen where there is none', async () => {
    const files = await labelledIn(await temporaryFolder(), 60);
    const { findings } = await curated(files.filter(({ classId }) => classId !== 'ig'));
    expect(findings).toEqual([]);
  });
});

async function labelledIn(folder: string, count: number, classIds?: readonly string[]): Promise<LabelledFile[]> {
  const data = join(folder, 'data');
  await copyClasses(data, count, classIds);
  const classes = (await readdir(data)).map(async (classId) =>
    (await readdir(join(data, classId))).map((name) => ({ path: join(data, classId, name), classId, slide: null })),
  );
  return (await Promise.all(classes)).flat();
}
