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

/** Temperatures that are looked among. */
const LOWEST = 0.05;
const HIGHEST = 20;

/**
 * The temperature that makes the labels of the validation part most likely (Guo et al. 2017), 0.05 to 20, but none at which the mean confidence in n images is above 1 - 1/2 / (n + 1): where all of them
 * are called right, the likelihood grows without end as the temperature falls, while so many can show no smaller error (the mean of its posterior from Jeffreys' prior). 1 without data.
 */
export function fitTemperature(logits: Float32Array, truth: readonly number[], classes: number): number {
  if (truth.length === 0) return 1;
  const mostConfidence = truth.length * (1 - 0.5 / (truth.length + 1));
  // Confidence falls with the temperature, and the log-likelihood is concave in 1 / temperature: its slope, the true class's logit less the expected one, tells on which side the best lies.
  const isTooLow = (temperature: number): boolean => {
    const probabilities = calibrated(logits, classes, temperature);
    let [slope, sum] = [0, 0];
    truth.forEach((actual, row) => {
      const start = row * classes;
      slope += logits[start + actual] ?? 0;
      for (let index = start; index < start + classes; index++)
        slope -= (probabilities[index] ?? 0) * (logits[index] ?? 0);
      sum += topOf(probabilities, row, classes).confidence;
    });
    return slope < 0 || sum > mostConfidence;
  };
  let [low, high] = [Math.log(LOWEST), Math.log(HIGHEST)];
  while (high - low > 1e-5) {
    const middle = (low + high) / 2;
    if (isTooLow(Math.exp(middle))) low = middle;
    else high = middle;
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
