import type { ClassFigures, Evaluation } from './evaluation';

/** Fewer test images say too little of a model to let it classify unasked. */
export const LEAST_TEST_IMAGES = 100;

/** Why a model is not shown to be at least as good as the live one. */
export type Doubt =
  | { readonly kind: 'no-figures' }
  | { readonly kind: 'few-images'; readonly n: number }
  | { readonly kind: 'lower-accuracy'; readonly certain: boolean }
  | { readonly kind: 'lower-balanced-accuracy' }
  | { readonly kind: 'classes-missing'; readonly classIds: readonly string[] };

/**
 * What speaks against letting a candidate classify in the live model's place, from the figures of each on its own test set; empty where it is shown to be at least as good:
 * neither its accuracy nor the lower 95 % limit of it is below the live model's, its balanced accuracy is not either, it was tested on enough images, and on images of
 * every class that the live model was. `certain`: even its upper limit is below the live model's lower one.
 */
export function doubtsOf(candidate: Evaluation, live: Evaluation): Doubt[] {
  if (candidate.n === 0) return [{ kind: 'no-figures' }];
  const doubts: Doubt[] = [];
  if (candidate.n < LEAST_TEST_IMAGES) doubts.push({ kind: 'few-images', n: candidate.n });
  if (live.n === 0) return doubts;
  const [own, other] = [candidate.accuracy, live.accuracy];
  if ((own.value ?? 0) < (other.value ?? 0) || own.low < other.low)
    doubts.push({ kind: 'lower-accuracy', certain: own.high < other.low });
  if (candidate.balancedAccuracy < live.balancedAccuracy) doubts.push({ kind: 'lower-balanced-accuracy' });
  const tested = new Set(testedClasses(candidate).map(({ classId }) => classId));
  const classIds = testedClasses(live).flatMap(({ classId }) => (tested.has(classId) ? [] : [classId]));
  if (classIds.length > 0) doubts.push({ kind: 'classes-missing', classIds });
  return doubts;
}

function testedClasses({ perClass }: Evaluation): ClassFigures[] {
  return perClass.filter(({ n }) => n > 0);
}
