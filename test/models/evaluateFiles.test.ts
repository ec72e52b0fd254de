import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TrainingProgress } from '#shared/domain/run';
import { evaluateFiles } from '#models/evaluation/evaluateFiles';
import { Classifier } from '#models/inference/classifier';
import { encodePicture } from '#models/data/decode';
import { samplesOf } from '../support/quickModel';
import { temporaryFolder } from '../support/temporary';

it('an evaluation leaves out what cannot be read, says what, and comes to its end all the same', async () => {
  const folder = await temporaryFolder();
  const files = (await samplesOf('lymphocyte')).slice(0, 4);
  const [first] = files;
  if (!first) throw new Error('There are sample images.');
  const bytes = await readFile(first.path);
  // One is no image; one is found to be cut only when it is decoded; one is there twice.
  const picture = await encodePicture(bytes, 64);
  const odd = { 'text.jpg': 'no image', 'cut.png': picture.subarray(0, picture.length / 2), 'copy.jpg': bytes };
  for (const [name, content] of Object.entries(odd)) await writeFile(join(folder, name), content);
  const extra = Object.keys(odd).map((name) => ({ ...first, path: join(folder, name) }));
  const reports: TrainingProgress[] = [];
  const classifier = await Classifier.open('models/starter', 'models/pretrained');
  try {
    const { signal } = new AbortController();
    const result = await evaluateFiles(classifier, [...files, ...extra], (each) => reports.push(each), signal);
    expect(result.leftOut.map(({ path }) => path).sort()).toEqual(extra.map(({ path }) => path).sort());
    expect(result.evaluation.n).toBe(4);
    expect(result.predictions.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
  } finally {
    classifier.close();
  }
  expect(reports.at(-1)).toMatchObject({ done: 5, total: 5, secondsLeft: 0 });
});
