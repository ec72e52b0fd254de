import { expect, it } from 'vitest';
import { evaluate } from '#models/evaluation/evaluate';
import { headline } from '../../../electron/cli/figures';

/** Figures of a model that gives each image the class of `predicted`. */
function evaluated(classIds: string[], truth: number[], predicted: number[]): ReturnType<typeof evaluate> {
  const probabilities = new Float32Array(truth.length * classIds.length);
  predicted.forEach((top, row) => (probabilities[row * classIds.length + top] = 1));
  return evaluate({ classIds, truth, probabilities, threshold: 0.5, unfamiliar: truth.map(() => false) });
}

it('a class that is never found is named first, however high the accuracy', () => {
  const truth = [...new Array<number>(99).fill(0), 1];
  const predicted = new Array<number>(100).fill(0);
  expect(headline(evaluated(['neutrophil', 'basophil', 'ig'], truth, predicted))).toBe(
    'balanced accuracy 50.0 % over 2 classes; worst class basophil: 0 of 1 found, 0.0 % (95 % limits 0.0 % to 79.3 %); ' +
      'accuracy 99.0 % (95 % limits 94.6 % to 99.8 %) of 100 images; without an image, so not evaluated: ig',
  );
});

it('of classes found alike, the one with fewer images is the worst', () => {
  expect(headline(evaluated(['a', 'b'], [0, 0, 0, 1], [0, 0, 0, 1]))).toContain('worst class b: 1 of 1 found');
});

it('figures of no image are none', () => {
  expect(headline(evaluated(['a', 'b'], [], []))).toBe(null);
});
