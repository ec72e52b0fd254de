import { z } from 'zod';

/** Quick training: a regularised head on the pooled features of a frozen backbone. How input size and head were chosen: docs/benchmarks.md. */
export const quickRecipeSchema = z.strictObject({
  kind: z.literal('quick').default('quick'),
  backbone: z.enum(['efficientnet-lite0']).default('efficientnet-lite0'),
  /** Side of the square the images are resized to, pixels. */
  inputSize: z.int().min(32).max(512).default(160),
  /** Views of each training image whose features are learned from, 1 to 8: the image itself, then turned, mirrored, and changed a little in size and colour. */
  views: z.int().min(1).max(8).default(2),
  /** Units of the head's hidden layer. */
  hidden: z.int().min(8).max(2048).default(256),
  /** Passes over the training part. */
  epochs: z.int().min(1).max(500).default(30),
  /** Weight decays tried; the best by cross-validation inside the training part is used. One alone is used as it is. */
  weightDecay: z.array(z.number().nonnegative()).min(1).max(12).default([0.01, 1]),
  /** Folds of that cross-validation. */
  folds: z.int().min(2).max(10).default(3),
  /** Shares of the images, kept together by slide where slides are known. */
  testShare: z.number().min(0.05).max(0.5).default(0.2),
  validationShare: z.number().min(0.05).max(0.5).default(0.1),
  /** The unidentified threshold is the lowest at which the expected error of what is identified, on the validation part, is at most this. */
  targetError: z.number().min(0).max(0.5).default(0.01),
  seed: z.int().nonnegative().default(7),
});

export type QuickRecipe = z.infer<typeof quickRecipeSchema>;
