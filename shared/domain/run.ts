import { z } from 'zod';
import { failureSchema } from './failure';
import { evaluationSchema } from './evaluation';
import { folderReadingSchema } from './folderLayout';
import { modelIdSchema, runIdSchema } from './ids';
import { jobStateSchema, revisionSchema } from './jobState';
import { recipeSchema } from './recipe';

/** One training, kept for good. */
export const runSchema = z.object({
  id: runIdSchema,
  revision: revisionSchema,
  name: z.string(),
  createdAt: z.string(),
  folder: z.string(),
  /** How a person said the folder is meant. */
  reading: folderReadingSchema,
  /** What the data are, for the model's card. */
  description: z.string(),
  recipe: recipeSchema,
  /** `paused`: stopped between two batches, to go on from its last whole epoch. */
  state: jobStateSchema,
  failure: failureSchema.nullable(),
  /** What it made, once done. */
  modelId: modelIdSchema.nullable(),
  evaluation: evaluationSchema.nullable(),
});

/** One step of a training by gradients, as it was measured on the batch it learned from. */
export const stepMetricsSchema = z.object({
  /** Counted over all stages, from 1. */
  step: z.int().positive(),
  loss: z.number(),
  /** Share of the batch that was called right before the step. */
  accuracy: z.number(),
  learningRate: z.number(),
});

/** One epoch of a training by gradients. Losses are mean cross-entropies; those of training are of the augmented, weighted batches, with what is added to them. */
export const epochMetricsSchema = z.object({
  /** Counted over all stages, from 1. */
  epoch: z.int().positive(),
  /** Name of the recipe's stage. */
  stage: z.string(),
  /** Last step of the epoch. */
  step: z.int().positive(),
  loss: z.number(),
  accuracy: z.number(),
  validationLoss: z.number(),
  validationAccuracy: z.number(),
  learningRate: z.number(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
  /** Resident memory of the compute process at the end of the epoch. */
  memoryBytes: z.int(),
});

/** A state that a run can go on from. */
export const checkpointSchema = z.object({
  /** Its epochs are done. */
  epoch: z.int().nonnegative(),
  /** Name in the run's folder. */
  file: z.string(),
  bytes: z.int(),
});

/** Stages of a training in their order, and `waiting` while other work on the device overtakes it; `done` of `total` counts images, fits or steps. */
export const trainingProgressSchema = z.object({
  stage: z.enum([
    'reading',
    'decoding',
    'features',
    'choosing',
    'fitting',
    'training',
    'calibrating',
    'evaluating',
    'saving',
    'waiting',
  ]),
  done: z.int(),
  total: z.int(),
  imagesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});

/** How fast a stage of a recipe trains on this machine. */
export const stageSpeedSchema = z.object({
  secondsAStep: z.number(),
  /** Of validation. */
  secondsAnImage: z.number(),
});

export type StageSpeed = z.infer<typeof stageSpeedSchema>;
export type Run = z.infer<typeof runSchema>;
export type StepMetrics = z.infer<typeof stepMetricsSchema>;
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;
export type Checkpoint = z.infer<typeof checkpointSchema>;
export type TrainingProgress = z.infer<typeof trainingProgressSchema>;
