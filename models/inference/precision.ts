import { fixedPrecision, type ModelCard } from '#shared/domain/model';
import { precisionChoiceSchema, type Precision, type PrecisionChoice } from '#shared/domain/precision';
import { FailureError } from '#shared/domain/failure';
import { fasterPrecision } from './fasterPrecision';

/** Fixes the precision of the whole program from outside, where nobody chose one: for tests, and for comparing processors. */
const VARIABLE = 'SMEARSCOPE_PRECISION';

/**
 * The precision that a model classifies in here, where nobody fixed one: what SMEARSCOPE_PRECISION says, else the faster one of those that its card allows.
 * This is the one place where results depend on the processor, so whoever classifies more than once asks once and keeps the answer. FailureError `invalid-argument`.
 */
export function precisionHere(card: Pick<ModelCard, 'bfloat16'>, environment = process.env): Precision {
  return fixedPrecision(card, choiceIn(environment)) ?? fasterPrecision();
}

function choiceIn({ [VARIABLE]: choice = 'automatic' }: NodeJS.ProcessEnv): PrecisionChoice {
  const parsed = precisionChoiceSchema.safeParse(choice);
  if (parsed.success) return parsed.data;
  throw new FailureError(
    'invalid-argument',
    `The environment variable ${VARIABLE} is "${choice}".`,
    `It is ${precisionChoiceSchema.options.join(', ')}, or not set.`,
  );
}
