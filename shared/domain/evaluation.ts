import { z } from 'zod';

/** A share with its 95 % limits. `value` is null where n is 0. */
export const proportionSchema = z.object({
  value: z.number().nullable(),
  low: z.number(),
  high: z.number(),
  /** Successes and trials. */
  k: z.int(),
  n: z.int(),
});

export const classFiguresSchema = z.object({
  classId: z.string(),
  /** Images of this class. */
  n: z.int(),
  sensitivity: proportionSchema,
  specificity: proportionSchema,
  /** Positive and negative predictive value at the class shares of this data. */
  ppv: proportionSchema,
  npv: proportionSchema,
});

/** Figures of a model on images whose class is known. Top class, whatever the threshold, but for `identified`. */
export const evaluationSchema = z.object({
  n: z.int(),
  classIds: z.array(z.string()),
  /** With Wilson 95 % limits. */
  accuracy: proportionSchema,
  /** Mean sensitivity over the classes that have images. */
  balancedAccuracy: z.number(),
  perClass: z.array(classFiguresSchema),
  /** `confusion[i][j]`: images of class i that the model called class j, in the order of `classIds`. */
  confusion: z.array(z.array(z.int())),
  /** Expected calibration error of the top probability, 15 equal bins. */
  ece: z.number(),
  /** Share of the images that are unlike what the model learned from; null in figures of before. */
  unfamiliar: proportionSchema.nullable().default(null),
  /** Share of images it identifies, those that reach its threshold and are not unfamiliar, and the accuracy among them. */
  threshold: z.number(),
  identified: proportionSchema,
  accuracyIdentified: proportionSchema,
});

export type Proportion = z.infer<typeof proportionSchema>;
export type ClassFigures = z.infer<typeof classFiguresSchema>;
export type Evaluation = z.infer<typeof evaluationSchema>;

/** The class found least often among those that have images: by the share found, then by its lower limit. Null without images. */
export function worstClass({ perClass }: Evaluation): ClassFigures | null {
  const [worst] = perClass
    .filter(({ n }) => n > 0)
    .sort(({ sensitivity: a }, { sensitivity: b }) => (a.value ?? 0) - (b.value ?? 0) || a.low - b.low);
  return worst ?? null;
}
