import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Classifier } from '#models/inference/classifier';
import { decodeImage } from '#models/data/decode';
import { familiarityOf, leastFamiliarity } from '#models/inference/familiarity';
import { judge } from '#models/training/judge';
import { SAMPLE_SLIDE } from '../support/data';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const CLASSES = 5;

const PEER = `
import json, sys, numpy as np
from scipy.special import logsumexp
logits = np.array(json.load(sys.stdin), np.float32).reshape(-1, ${String(CLASSES)}).astype(np.float64)
values = logsumexp(logits, axis=1)
print(json.dumps({'familiarity': values.tolist(), 'least': np.percentile(values, 1)}))
`;

describe('familiarity', () => {
  it('is SciPy’s logsumexp of the logits, and its limit NumPy’s first percentile', () => {
    const logits = Float32Array.from({ length: 300 * CLASSES }, (_, index) => 900 * Math.sin(index * index));
    const output = execFileSync(PYTHON, ['-c', PEER], { input: JSON.stringify([...logits]) });
    const peer = JSON.parse(output.toString()) as { familiarity: number[]; least: number };
    familiarityOf(logits, CLASSES).forEach((value, row) => {
      expect(value).toBeCloseTo(peer.familiarity[row] ?? NaN, 3);
    });
    expect(leastFamiliarity(logits, CLASSES)).toBeCloseTo(peer.least, 3);
    expect(leastFamiliarity(new Float32Array(0), CLASSES)).toBeNull();
  });

  it('refuses about one in a hundred of the images it is set by, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 100, maxLength: 400 }),
        (tops) => {
          const logits = Float32Array.from(tops.flatMap((top) => [top, top - 1]));
          const least = leastFamiliarity(logits, 2) ?? NaN;
          const refused = familiarityOf(logits, 2).filter((value) => value < least).length;
          expect(refused).toBeLessThanOrEqual(Math.ceil(tops.length / 100));
        },
      ),
    );
  });

  it('is set by the validation part alone, and counts on the locked part', () => {
    const truth = Array.from({ length: 200 }, (_, row) => row % 2);
    const scored = (strength: (row: number) => number): { logits: Float32Array; truth: number[] } => ({
      logits: Float32Array.from(truth.flatMap((top, row) => [0, 1].map((each) => (each === top ? strength(row) : -9)))),
      truth,
    });
    // Every tenth image of the locked part is called right, for sure, and as no image of the validation part was.
    const test = scored((row) => (row % 10 === 0 ? 0.5 : 6));
    const judged = judge(['a', 'b'], { validation: scored((row) => 5 + row / 100), test }, 0.01);
    expect(judged.leastFamiliarity).toBeCloseTo(5 + 0.0199, 3);
    expect(judged.evaluation.unfamiliar).toMatchObject({ k: 20, n: 200 });
    expect(judged.evaluation.identified).toMatchObject({ k: 180, n: 200 });
    expect(judged.evaluation.accuracy).toMatchObject({ k: 200, n: 200 });
  });
});

it('the starter knows the cells of the sample slide, and does not know red cells alone, plain colour or noise', async () => {
  const classifier = await Classifier.open('models/starter', 'models/pretrained');
  const side = classifier.card.inputSize;
  const names = (await readdir(SAMPLE_SLIDE)).sort();
  const cells = await Promise.all(
    names.map(async (name) => (await decodeImage(await readFile(join(SAMPLE_SLIDE, name)), side)).pixels),
  );
  const unfamiliar = (images: readonly Uint8Array[]): number =>
    classifier.classify(Uint8Array.from(Buffer.concat(images)), images.length).filter((each) => each.unfamiliar).length;
  expect(unfamiliar(cells), 'cells like those it learned from').toBeLessThanOrEqual(2);
  // A corner of each image, enlarged without smoothing: red cells and plasma.
  const corner = (pixels: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: pixels.length }, (_, at) => {
      const [row, column] = [Math.floor(at / 3 / side), Math.floor(at / 3) % side].map((each) => each >> 2);
      return pixels[((row ?? 0) * side + (column ?? 0)) * 3 + (at % 3)] ?? 0;
    });
  expect(unfamiliar(cells.map(corner)), 'red cells alone').toBeGreaterThan(0.9 * names.length);
  const plain = cells.map((pixels, image) => pixels.map((_, at) => (at % 3 === 0 ? 40 + 5 * image : 90)));
  expect(unfamiliar(plain), 'plain colour').toBe(names.length);
  const noise = cells.map((pixels, image) => pixels.map((_, at) => Math.imul(at + 1, 2_654_435_761 + image) >>> 24));
  expect(unfamiliar(noise), 'noise').toBe(names.length);
  classifier.close();
});
