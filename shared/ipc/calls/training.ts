import { z } from 'zod';
import { folderReadingSchema } from '../../domain/folderLayout';
import { runIdSchema } from '../../domain/ids';
import { predictionSchema } from '../../domain/prediction';
import { fitRecipeSchema, networkNameSchema, recipeSchema } from '../../domain/recipe';
import { epochMetricsSchema, runSchema, stageSpeedSchema, stepMetricsSchema } from '../../domain/run';
import { trainingFolderSchema } from '../../domain/trainingFolder';
import { nothing, path } from './values';

/** Calls about trainings, their data and their runs. */
export const trainingCalls = {
  /** Reads a folder of labelled images; a reading that is under way is stopped. */
  'training.inspect': {
    args: z.object({ folder: path, reading: folderReadingSchema }),
    result: trainingFolderSchema,
  },
  /** Networks whose published weights come with the program. */
  'training.networks': { args: nothing, result: z.array(networkNameSchema) },
  /** Measures a few steps of each stage of a recipe; a training that runs stands still meanwhile. */
  'training.measureSpeed': {
    args: z.object({ recipe: fitRecipeSchema, classes: z.int().min(2) }),
    result: z.array(stageSpeedSchema),
  },
  /** Stops the measuring that is under way, if one is: it fails as cancelled. */
  'training.stopMeasuring': { args: nothing, result: nothing },
  'training.start': {
    args: z.object({
      id: runIdSchema,
      name: z.string().min(1).max(80),
      folder: path,
      reading: folderReadingSchema,
      recipe: recipeSchema,
    }),
    result: runSchema,
  },
  'training.cancel': { args: z.object({ runId: runIdSchema }), result: runSchema },
  /** Stops between two batches; the run goes on from its last whole epoch when it is resumed. */
  'training.pause': { args: z.object({ runId: runIdSchema }), result: runSchema },
  'training.resume': { args: z.object({ runId: runIdSchema }), result: runSchema },
  'run.list': { args: nothing, result: z.array(runSchema) },
  /** What was measured on the way, in its order, and what was called wrong on the validation part after the newest epoch. */
  'run.metrics': {
    args: z.object({ runId: runIdSchema }),
    result: z.object({
      epochs: z.array(epochMetricsSchema),
      steps: z.array(stepMetricsSchema),
      mistakes: z.array(predictionSchema),
    }),
  },
} as const;
