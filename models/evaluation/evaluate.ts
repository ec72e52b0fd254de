import type { ClassFigures, Evaluation, Proportion } from '#shared/domain/evaluation';
import { wilson } from '#shared/statistics/binomial';
import { expectedCalibrationError } from '#shared/statistics/calibration';

export interface Predictions {
  /** In the order of the columns of `probabilities`. */
  readonly classIds: readonly string[];
  /** True class of each image, as an index into `classIds`. */
  readonly truth: readonly number[];
  /** Calibrated, [n, classes], row-major. */
  readonly probabilities: Float32Array;
  /** Below this top probability an image is unidentified. */
  readonly threshold: number;
  /** Whether each image is unlike what the model learned from, and unidentified for that. */
  readonly unfamiliar: readonly boolean[];
}

/** Figures of a model on images whose class is known. Throws if the sizes do not fit. */
export function evaluate({ classIds, truth, probabilities, threshold, unfamiliar }: Predictions): Evaluation {
  const classes = classIds.length;
  if (probabilities.length !== truth.length * classes || unfamiliar.length !== truth.length)
    throw new Error('Probabilities, truth and what is unfamiliar differ in size.');
  const confusion = classIds.map(() => new Array<number>(classes).fill(0));
  const confidences: number[] = [];
  const correct: boolean[] = [];
  truth.forEach((actual, index) => {
    const { top, confidence } = topOf(probabilities, index, classes);
    const row = confusion[actual];
    if (!row) throw new Error(`There is no class ${String(actual)}.`);
    row[top] = (row[top] ?? 0) + 1;
    confidences.push(confidence);
    correct.push(top === actual);
  });
  const identified = correct.filter((_, index) => (confidences[index] ?? 0) >= threshold && unfamiliar[index] !== true);
  const perClass = classIds.map((classId, index) => figuresOf(classId, index, confusion));
  const sensitivities = perClass.flatMap((each) => each.sensitivity.value ?? []);
  return {
    n: truth.length,
    classIds: [...classIds],
    accuracy: proportion(correct.filter(Boolean).length, truth.length),
    balancedAccuracy: sensitivities.reduce((sum, value) => sum + value, 0) / Math.max(1, sensitivities.length),
    perClass,
    confusion,
    ece: expectedCalibrationError(confidences, correct),
    threshold,
    unfamiliar: proportion(unfamiliar.filter(Boolean).length, truth.length),
    identified: proportion(identified.length, truth.length),
    accuracyIdentified: proportion(identified.filter(Boolean).length, identified.length),
  };
}

/** The most probable class of one image, and its probability (or its logit, where logits are given). */
export function topOf(
  probabilities: Float32Array,
  image: number,
  classes: number,
): { top: number; confidence: number } {
  let top = 0;
  let confidence = -Infinity;
  for (let index = 0; index < classes; index++) {
    const value = probabilities[image * classes + index] ?? 0;
    if (value > confidence) {
      top = index;
      confidence = value;
    }
  }
  return { top, confidence };
}

function figuresOf(classId: string, index: number, confusion: readonly (readonly number[])[]): ClassFigures {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const n = sum(confusion[index] ?? []);
  const called = sum(confusion.map((row) => row[index] ?? 0));
  const hits = confusion[index]?.[index] ?? 0;
  const all = sum(confusion.map(sum));
  const correctlyNot = all - n - called + hits;
  return {
    classId,
    n,
    sensitivity: proportion(hits, n),
    specificity: proportion(correctlyNot, all - n),
    ppv: proportion(hits, called),
    npv: proportion(correctlyNot, all - called),
  };
}

function proportion(k: number, n: number): Proportion {
  return { value: n === 0 ? null : k / n, ...wilson(k, n), k, n };
}
