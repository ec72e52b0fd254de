import { z } from 'zod';

const stainSchema = z.tuple([z.number(), z.number(), z.number()]);

/** Optical densities of two stains in red, green and blue, unit vectors: first that of nuclei, then that of red cells. They may not lie along one line. */
const stainsSchema = z
  .tuple([stainSchema, stainSchema])
  .refine(([a, b]) => angleBetween(a, b) > 0.05, 'the two stains are the same, or one of them is none');

/** What a slide is stained with. */
export const stainingSchema = z.strictObject({
  /** Levels of red, green and blue where there is no stain. */
  white: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  stains: stainsSchema,
});

/**
 * The staining of the smears that the starter learned from (Acevedo et al. 2020: CellaVision DM96, May-Grünwald-Giemsa), as models/augment/stainBasis estimates it
 * from the first 20 images of each class: the azure of nuclei and the eosin of red cells. It stands in where images say nothing of theirs.
 */
export const DEFAULT_STAINING: Staining = {
  white: [255, 228, 203],
  stains: [
    [0.674, 0.698, 0.24],
    [0.469, 0.875, 0.124],
  ],
};

export type Stain = z.infer<typeof stainSchema>;
export type Staining = z.infer<typeof stainingSchema>;

/** The angle between the lines along two vectors, radians; 0 where one of them has no length. */
function angleBetween(a: Stain, b: Stain): number {
  const product = a.reduce((total, each, index) => total + each * (b[index] ?? 0), 0);
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  return lengths === 0 ? 0 : Math.acos(Math.min(1, Math.abs(product / lengths)));
}
