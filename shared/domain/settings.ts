import { z } from 'zod';
import { precisionChoiceSchema } from './precision';
import { viewsSchema } from './testTimeAugmentation';

export const themeSchema = z.enum(['system', 'light', 'dark']);

const fields = {
  theme: themeSchema,
  /** Name recorded with each review. */
  reviewer: z.string().max(80),
  /** Whether the reviewer was asked for their name: once, since they may not want to give one. */
  reviewerAsked: z.boolean(),
  /** Side of a cell in the gallery, CSS pixels. */
  cellSize: z.int().min(64).max(256),
  /** How many views of each image the batches see that are started from now on. */
  views: viewsSchema,
  /** Precision of the batches that are started from now on. */
  precision: precisionChoiceSchema,
};

export const settingsSchema = z.object({
  theme: fields.theme.default('system'),
  reviewer: fields.reviewer.default(''),
  reviewerAsked: fields.reviewerAsked.default(false),
  cellSize: fields.cellSize.default(112),
  views: fields.views.default(1),
  precision: fields.precision.default('automatic'),
});

/** Some settings anew. Made of fields without defaults, which would stand in for every setting that is left out. */
export const settingsChangeSchema = z.object(fields).partial();

export type Theme = z.infer<typeof themeSchema>;
export type Settings = z.infer<typeof settingsSchema>;

export const RESEARCH_USE_LINE = 'For research use only. Not for use in diagnostic procedures.';
