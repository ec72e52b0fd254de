import type { FitRecipe, Recipe } from '#shared/domain/recipe';
import type { StageSpeed } from '#shared/domain/run';

/** How a recipe uses `images` images; the split is by class, so each number is right within one image a class. */
export interface Plan {
  readonly training: number;
  readonly validation: number;
  readonly locked: number;
}

export function planOf({ testShare, validationShare }: Recipe, images: number): Plan {
  const locked = Math.round(images * testShare);
  const validation = Math.round(images * validationShare);
  return { training: images - locked - validation, validation, locked };
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
