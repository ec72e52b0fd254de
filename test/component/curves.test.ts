import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StepMetrics } from '#shared/domain/run';
import { thinned } from '../../renderer/src/features/training/curves';

const stepAt = (step: number): StepMetrics => ({ step, loss: 1 / step, accuracy: (step % 7) / 7, learningRate: 0.001 });
const stepsTo = (count: number): StepMetrics[] => Array.from({ length: count }, (_, index) => stepAt(index + 1));

it('a curve of a few steps shows each, one of many at most 2,000 means that keep their mean and their last step', () => {
  expect(thinned(stepsTo(2000))).toEqual(stepsTo(2000));
  fc.assert(
    fc.property(fc.integer({ min: 2001, max: 30_000 }), (count) => {
      const steps = stepsTo(count);
      const points = thinned(steps);
      expect(points.length).toBeLessThanOrEqual(2000);
      expect(points.at(-1)?.step).toBe(count);
      // Weighed by the steps behind each, the means keep the mean of all.
      let before = 0;
      const sum = points.reduce((total, { step, loss }) => {
        const weight = step - before;
        before = step;
        return total + weight * loss;
      }, 0);
      expect(sum).toBeCloseTo(
        steps.reduce((total, { loss }) => total + loss, 0),
        6,
      );
    }),
    { numRuns: 25 },
  );
});

it('what is drawn of a long curve stays as it is while steps join', () => {
  const before = thinned(stepsTo(20_000)).slice(0, -1);
  expect(thinned(stepsTo(20_400)).slice(0, before.length)).toEqual(before);
});
