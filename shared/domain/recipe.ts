import { z } from 'zod';

/** Quick training: a regularised head on the pooled features of a frozen backbone. Every number has the default that was chosen by cross-validation (docs/benchmarks.md). */
export const quickRecipeSchema = z.strictObject({
  kind: z.literal('quick').default('quick'),
  backbone: z.enum(['efficientnet-lite0']).default('efficientnet-lite0'),
  /** Side of the square the images are resized to, pixels. */
  inputSize: z.int().min(32).max(512).default(160),
  /** Views of each training image (flips and quarter turns) whose features are learned from, 1 to 8. */
  views: z.int().min(1).max(8).default(2),
  /** L2 strengths tried; the best by cross-validation inside the training part is used. */
  regularisation: z.array(z.number().positive()).min(1).max(12).default([1e-4, 1e-3, 1e-2]),
  /** Folds of that cross-validation. */
  folds: z.int().min(2).max(10).default(4),
  /** Shares of the images, kept together by slide where slides are known. */
  testShare: z.number().min(0.05).max(0.5).default(0.2),
  validationShare: z.number().min(0.05).max(0.5).default(0.15),
  /** The unidentified threshold is the lowest at which the expected error of what is identified, on the validation part, is at most this. */
  targetError: z.number().min(0).max(0.5).default(0.01),
  seed: z.int().nonnegative().default(7),
});

export const recipeSchema = quickRecipeSchema;

export type QuickRecipe = z.infer<typeof quickRecipeSchema>;
export type Recipe = z.infer<typeof recipeSchema>;
