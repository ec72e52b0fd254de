import { expect } from 'vitest';

/**
 * How far two float32 runs of one network may lie apart, as a share of its largest logit. A convolution adds up to about 1,000 products, in an order that hangs on the processor, the batch and the program;
 * each sum is rounded to 2^-24, so that a layer errs by sqrt(1000) 2^-24 = 2e-6, and the 50 layers of EfficientNet-Lite0 by sqrt(50) times that.
 */
const NETWORK_ROUNDING = 1.4e-5;

/** Expects logits to be those of the same network elsewhere. */
export function expectSameLogits(logits: readonly number[], others: readonly number[]): void {
  expectNear(logits, others, NETWORK_ROUNDING * largest(others));
}

/** Expects probabilities to be those of the same network elsewhere, whose logits are `logits`: a probability p moves by at most 2 p (1 - p), so by half of what the logits move, divided by the temperature. */
export function expectSameProbabilities(
  probabilities: readonly number[],
  others: readonly number[],
  { logits, temperature }: { readonly logits: readonly number[]; readonly temperature: number },
): void {
  expectNear(probabilities, others, (NETWORK_ROUNDING * largest(logits)) / (2 * temperature));
}

function expectNear(values: readonly number[], others: readonly number[], tolerance: number): void {
  expect(values).toHaveLength(others.length);
  const distances = values.map((value, index) => Math.abs(value - (others[index] ?? NaN)));
  expect(Math.max(...distances), `at most ${tolerance.toExponential(1)} apart`).toBeLessThanOrEqual(tolerance);
}

function largest(logits: readonly number[]): number {
  return Math.max(...logits.map(Math.abs));
}
