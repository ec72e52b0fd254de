import { expect, it } from 'vitest';
import { openSessions } from '#models/graph/session';
import { fitHead, headLogits, type HeadOptions, type LabelledFeatures } from '#models/training/head';
import { Random } from '#models/data/random';

const CLASSES = 3;
const WIDTH = 12;
const OPTIONS: HeadOptions = { classes: CLASSES, hidden: 16, epochs: 60, weightDecay: 0.01, seed: 5 };

/** Features whose deviation is far smaller than their mean, of classes that are told apart by one feature each; the first class is rare. */
function labelledFeatures(count: number, seed: number): LabelledFeatures {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: count }, (_, row) => (row % 20 === 0 ? 0 : 1 + (row % 2)));
  const features = Float32Array.from({ length: count * WIDTH }, (_, index) => {
    const [row, column] = [Math.floor(index / WIDTH), index % WIDTH];
    return 40 + 10 * column + random.next() + (labels[row] === column ? 1.5 : 0);
  });
  return { features, width: WIDTH, labels };
}

it('a head learns from features at any place and of any size, a rare class like the others', async () => {
  const head = await fitHead(labelledFeatures(600, 1), OPTIONS, () => undefined);
  const { features, labels } = labelledFeatures(2000, 2);
  const logits = headLogits(head, features, WIDTH);
  const right = Array.from({ length: CLASSES }, () => ({ k: 0, n: 0 }));
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    const of = right[label];
    if (!of) return;
    of.n++;
    if (scores.indexOf(Math.max(...scores)) === label) of.k++;
  });
  for (const { k, n } of right) expect(k / n).toBeGreaterThan(0.9);
});

it('a head hangs on its seed, and on nothing else', async () => {
  const data = labelledFeatures(80, 1);
  const first = await fitHead(data, OPTIONS, () => undefined);
  expect(await fitHead(data, OPTIONS, () => undefined)).toEqual(first);
  expect(await fitHead(data, { ...OPTIONS, seed: 6 }, () => undefined)).not.toEqual(first);
});

it('a fit that is stopped between two steps leaves nothing in memory', async () => {
  const before = openSessions();
  const steps: number[] = [];
  const stopped = fitHead(labelledFeatures(80, 1), OPTIONS, (done) => {
    steps.push(done);
    if (done === 3) throw new Error('stop');
  });
  await expect(stopped).rejects.toThrow('stop');
  expect(steps).toEqual([0, 1, 2, 3]);
  expect(openSessions()).toBe(before);
});
