import { z } from 'zod';
import { modelIdSchema, predictionIdSchema } from '../../domain/ids';
import { modelSchema } from '../../domain/model';
import { predictionSchema } from '../../domain/prediction';
import { nothing } from './values';

/** Calls about models and what they predicted. */
export const modelCalls = {
  'model.list': { args: nothing, result: z.array(modelSchema) },
  'model.makeLive': { args: z.object({ modelId: modelIdSchema }), result: z.array(modelSchema) },
  /** Whether it is known what a model called each image of its locked part: not of one that came with the program or was imported. */
  'model.hasPredictions': { args: z.object({ modelId: modelIdSchema }), result: z.boolean() },
  /** A portion of the images of a class that a model called another, or the same: those after `after`, from the first if null. */
  'model.predictions': {
    args: z.object({
      modelId: modelIdSchema,
      truth: z.string(),
      predicted: z.string(),
      after: predictionIdSchema.nullable(),
    }),
    result: z.object({ predictions: z.array(predictionSchema), more: z.boolean() }),
  },
} as const;
