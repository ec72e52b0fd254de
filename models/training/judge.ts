import type { Evaluation } from '#shared/domain/evaluation';
import type { ModelCard } from '#shared/domain/model';
import { evaluate, topOf } from '../evaluation/evaluate';
import { fitLimits, reasonsOf } from '../inference/familiarity';
import { calibrated, fitTemperature, fitThreshold } from './calibrate';
import type { Scored } from './score';

export interface Judged {
  readonly temperature: number;
  readonly threshold: number;
  readonly expectedError: number;
  readonly evaluation: Evaluation;
}

/** Share of the validation part that bfloat16 must call as float32 does. */
const AGREEMENT = 0.998;

/** Temperature, threshold and the limits of what is familiar from the validation part, then figures on the test set. */
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
  const limits = fitLimits(validation.scores);
  const unfamiliar = test.truth.map((_, row) => reasonsOf(test.scores, row, limits).length > 0);
  const probabilities = calibrated(test.logits, classes, temperature);
  return {
    temperature,
    threshold,
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
  validation: Readonly<Record<'float32' | 'bfloat16', Pick<Scored, 'logits' | 'truth'>>>,
): ModelCard['bfloat16'] {
  const { float32, bfloat16 } = validation;
  const top = ({ logits }: Pick<Scored, 'logits'>, row: number): number => topOf(logits, row, classes).top;
  const same = float32.truth.filter((_, row) => top(float32, row) === top(bfloat16, row)).length;
  const agreement = same / float32.truth.length;
  if (!(agreement >= AGREEMENT)) return null;
  return { temperature: fitTemperature(bfloat16.logits, bfloat16.truth, classes), agreement };
}
