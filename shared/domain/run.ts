import { z } from 'zod';
import { failureSchema } from '../ipc/failure';
import { evaluationSchema } from './evaluation';
import { modelIdSchema, runIdSchema } from './ids';
import { quickRecipeSchema } from './recipe';

export const runStateSchema = z.enum(['queued', 'running', 'cancelled', 'failed', 'done']);

/** One training, kept for good. */
export const runSchema = z.object({
  id: runIdSchema,
  name: z.string(),
  createdAt: z.string(),
  folder: z.string(),
  recipe: quickRecipeSchema,
  state: runStateSchema,
  failure: failureSchema.nullable(),
  /** What it made, once done. */
  modelId: modelIdSchema.nullable(),
  evaluation: evaluationSchema.nullable(),
});

/** Stages of a quick training in their order; `done` of `total` counts images or fits. */
export const trainingProgressSchema = z.object({
  stage: z.enum(['reading', 'features', 'choosing', 'fitting', 'calibrating', 'evaluating', 'saving']),
  done: z.int(),
  total: z.int(),
  imagesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});

/** What a folder of one folder a class holds, before anything is trained on it. */
export const trainingFolderSchema = z.object({
  folder: z.string(),
  classes: z.array(z.object({ classId: z.string(), images: z.int() })),
  warnings: z.array(z.string()),
});

export type RunState = z.infer<typeof runStateSchema>;
export type Run = z.infer<typeof runSchema>;
export type TrainingProgress = z.infer<typeof trainingProgressSchema>;
export type TrainingFolder = z.infer<typeof trainingFolderSchema>;
