import type { FitRecipe, Recipe } from '#shared/domain/recipe';
import type { StageSpeed } from '#shared/domain/run';
import type { TrainingFolder } from '#shared/domain/trainingFolder';

/** How a recipe uses `images` images; the split is by class, so each number is right within one image a class. */
export interface Plan {
  readonly training: number;
  readonly validation: number;
  readonly locked: number;
}

/** `parts` are the images of each set where folders give them: a set that they do not give is dealt out of the training set. */
export function planOf({ testShare, validationShare }: Recipe, images: number, parts: TrainingFolder['parts']): Plan {
  const given = parts ?? { training: images, validation: 0, test: 0 };
  const dealt = (there: number, share: number): number => (there > 0 ? 0 : Math.round(given.training * share));
  const test = dealt(given.test, testShare);
  const validation = dealt(given.validation, validationShare);
  return {
    training: given.training - test - validation,
    validation: given.validation + validation,
    locked: given.test + test,
  };
}

/** Steps of one epoch of each stage. */
export function stepsAnEpoch({ stages }: FitRecipe, { training }: Plan): number[] {
  return stages.map(({ batch }) => Math.ceil(training / batch));
}

/** Seconds of one epoch of each stage, with its validation, and of all of them to the last: what an early end saves is not known before. */
export function estimateOf(
  recipe: FitRecipe,
  plan: Plan,
  speeds: readonly StageSpeed[],
): { readonly anEpoch: number[]; readonly atMost: number } {
  const anEpoch = stepsAnEpoch(recipe, plan).map((steps, index) => {
    const { secondsAStep = 0, secondsAnImage = 0 } = speeds[index] ?? {};
    return steps * secondsAStep + plan.validation * secondsAnImage;
  });
  const atMost = recipe.stages.reduce((sum, { epochs }, index) => sum + epochs * (anEpoch[index] ?? 0), 0);
  return { anEpoch, atMost };
}
