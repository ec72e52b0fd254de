import type { Evaluation } from '#shared/domain/evaluation';
import type { ModelCard } from '#shared/domain/model';
import { evaluate, topOf } from '../evaluation/evaluate';
import { familiarityOf, leastFamiliarity } from '../inference/familiarity';
import { calibrated, fitTemperature, fitThreshold } from './calibrate';

/** Logits float32 [n, classes], row-major, and the true class of each row. */
export interface Scored {
  readonly logits: Float32Array;
  readonly truth: readonly number[];
}

export interface Judged {
  readonly temperature: number;
  readonly threshold: number;
  readonly leastFamiliarity: number | null;
  readonly expectedError: number;
  readonly evaluation: Evaluation;
}

/** Share of the validation part that bfloat16 must call as float32 does. */
const AGREEMENT = 0.998;

/** Temperature, threshold and least familiarity from the validation part, then figures on the locked part. */
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
  const least = leastFamiliarity(validation.logits, classes);
  const unfamiliar = Array.from(familiarityOf(test.logits, classes), (each) => least !== null && each < least);
  const probabilities = calibrated(test.logits, classes, temperature);
  return {
    temperature,
    threshold,
    leastFamiliarity: least,
    expectedError,
    evaluation: evaluate({ classIds, truth: test.truth, probabilities, threshold, unfamiliar }),
  };
}

/**
 * What a network in bfloat16 needs to classify, by what it says of the validation part, or null where it calls too many images differently. The threshold is float32's: it is a probability, and the
 * temperature makes both precisions' mean the same.
 */
export function judgeBfloat16(
  classes: number,
  validation: { readonly float32: Scored; readonly bfloat16: Scored },
): ModelCard['bfloat16'] {
  const { float32, bfloat16 } = validation;
  const top = ({ logits }: Scored, row: number): number => topOf(logits, row, classes).top;
  const same = float32.truth.filter((_, row) => top(float32, row) === top(bfloat16, row)).length;
  const agreement = same / float32.truth.length;
  if (!(agreement >= AGREEMENT)) return null;
  return { temperature: fitTemperature(bfloat16.logits, bfloat16.truth, classes), agreement };
}
