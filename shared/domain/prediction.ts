import { z } from 'zod';
import { predictionIdSchema } from './ids';

const called = {
  truth: z.string(),
  /** The most probable class, whatever the threshold. */
  predicted: z.string(),
  /** Of the class predicted. */
  probability: z.number(),
};

/** What a model called an image whose class is known, as a training tells it. */
export const imagePredictionSchema = z.object({
  path: z.string(),
  /** SHA-256 of the file. */
  hash: z.string(),
  ...called,
});

/** The same as it is kept with a run; its picture is asked for by the id. */
export const predictionSchema = z.object({
  id: predictionIdSchema,
  /** Relative to the folder that was trained on. */
  path: z.string(),
  ...called,
});

export type ImagePrediction = z.infer<typeof imagePredictionSchema>;
export type Prediction = z.infer<typeof predictionSchema>;
