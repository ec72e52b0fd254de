import { z } from 'zod';

/** Of the weights and values of a network that classifies. */
export const precisionSchema = z.enum(['float32', 'bfloat16']);

/** What a person may ask for. `automatic` is the faster one here of those that the model may classify in. */
export const precisionChoiceSchema = z.enum(['automatic', ...precisionSchema.options]);

export type Precision = z.infer<typeof precisionSchema>;
export type PrecisionChoice = z.infer<typeof precisionChoiceSchema>;
