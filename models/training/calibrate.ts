import { topOf } from '../evaluation/evaluate';

/** softmax(logits / temperature), [n, classes], row-major. */
export function calibrated(logits: Float32Array, classes: number, temperature: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    let most = -Infinity;
    for (let index = 0; index < classes; index++) most = Math.max(most, (logits[row + index] ?? 0) / temperature);
    let sum = 0;
    for (let index = 0; index < classes; index++) sum += Math.exp((logits[row + index] ?? 0) / temperature - most);
    for (let index = 0; index < classes; index++) {
      result[row + index] = Math.exp((logits[row + index] ?? 0) / temperature - most) / sum;
    }
  }
  return result;
}

/**
 * The temperature that makes the negative log-likelihood of the validation part least (Guo et al. 2017), by golden-section search over its logarithm, 0.05 to 20.
 * The likelihood is unimodal in 1 / temperature. 1 without data.
 */
export function fitTemperature(logits: Float32Array, truth: readonly number[], classes: number): number {
  if (truth.length === 0) return 1;
  const loss = (logTemperature: number): number => {
    const probabilities = calibrated(logits, classes, Math.exp(logTemperature));
    return truth.reduce(
      (sum, actual, row) => sum - Math.log(Math.max(1e-12, probabilities[row * classes + actual] ?? 0)),
      0,
    );
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(0.05);
  let high = Math.log(20);
  while (high - low > 1e-4) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (loss(left) < loss(right)) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

export interface Threshold {
  readonly threshold: number;
  /** Expected error among identified images: one minus their mean calibrated confidence. */
  readonly expectedError: number;
}

/** The lowest threshold at which the expected error among the images identified is at most `targetError`, on calibrated validation probabilities. Without data: 0.5, error unknown (1). */
export function fitThreshold(probabilities: Float32Array, classes: number, targetError: number): Threshold {
  const confidences = Array.from(
    { length: probabilities.length / classes },
    (_, row) => topOf(probabilities, row, classes).confidence,
  );
  confidences.sort((a, b) => b - a);
  let best: Threshold = { threshold: confidences[0] ?? 0.5, expectedError: 1 - (confidences[0] ?? 0) };
  let sum = 0;
  confidences.forEach((confidence, index) => {
    sum += 1 - confidence;
    const expectedError = sum / (index + 1);
    if (expectedError <= targetError) best = { threshold: confidence, expectedError };
  });
  return best;
}
