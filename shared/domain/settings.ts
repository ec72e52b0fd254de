import { z } from 'zod';

export const themeSchema = z.enum(['system', 'light', 'dark']);

export const settingsSchema = z.object({
  theme: themeSchema.default('system'),
  /** Name recorded with each review. */
  reviewer: z.string().max(80).default(''),
  /** Side of a cell in the gallery, CSS pixels. */
  cellSize: z.int().min(64).max(256).default(112),
});

export type Theme = z.infer<typeof themeSchema>;
export type Settings = z.infer<typeof settingsSchema>;

export const RESEARCH_USE_LINE = 'For research use only. Not for use in diagnostic procedures.';
