import type { Evaluation } from '#shared/domain/evaluation';
import { evaluate } from '../evaluation/evaluate';
import { calibrated, fitTemperature, fitThreshold } from './calibrate';

/** Logits float32 [n, classes], row-major, and the true class of each row. */
export interface Scored {
  readonly logits: Float32Array;
  readonly truth: readonly number[];
}

export interface Judged {
  readonly temperature: number;
  readonly threshold: number;
  readonly expectedError: number;
  readonly evaluation: Evaluation;
}

/** Temperature and threshold from the validation part, then figures on the locked part. */
export function judge(
  classIds: readonly string[],
  { validation, test }: { readonly validation: Scored; readonly test: Scored },
  targetError: number,
): Judged {
  const classes = classIds.length;
  const temperature = fitTemperature(validation.logits, validation.truth, classes);
  const { threshold, expectedError } = fitThreshold(
    calibrated(validation.logits, classes, temperature),
    classes,
    targetError,
  );
  const probabilities = calibrated(test.logits, classes, temperature);
  return {
    temperature,
    threshold,
    expectedError,
    evaluation: evaluate({ classIds, truth: test.truth, probabilities, threshold }),
  };
}
