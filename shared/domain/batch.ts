import { z } from 'zod';
import { failureSchema } from './failure';
import { jobStateSchema, revisionSchema } from './jobState';
import { batchIdSchema, contentHashSchema, modelIdSchema, slideIdSchema } from './ids';
import { precisionSchema } from './precision';
import { unlikeSchema } from './unlike';
import { viewsSchema } from './testTimeAugmentation';
import { valueRangeSchema } from './valueRange';

/** Reads the files of one or more dropped folders; every folder that holds images is one slide. */
export const batchSchema = z.object({
  id: batchIdSchema,
  revision: revisionSchema,
  name: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  modelId: modelIdSchema,
  /** How many views of each image the model sees. */
  views: viewsSchema,
  /** Precision that the model runs in, chosen once. Null until its first image, and in batches of before. */
  precision: precisionSchema.nullable(),
  sources: z.array(z.string()),
  state: jobStateSchema,
  failure: failureSchema.nullable(),
  /** Whether the folders have been walked to the end, so that `total` is final. */
  walked: z.boolean(),
  total: z.int().nonnegative(),
  classified: z.int().nonnegative(),
  duplicates: z.int().nonnegative(),
  unreadable: z.int().nonnegative(),
});

/** What a slide's cells were called by the model and after review: numbers of cells by class id, `unidentified` apart. */
export const slideCountsSchema = z.object({
  machine: z.record(z.string(), z.int()),
  reviewed: z.record(z.string(), z.int()),
  machineUnidentified: z.int(),
  reviewedUnidentified: z.int(),
  /** Cells that the model found unfamiliar, by the reason. */
  unlike: z.record(unlikeSchema, z.int()).default({ picture: 0, class: 0, swapped: 0, field: 0 }),
  /** Cells that a person confirmed or corrected. */
  seen: z.int(),
});

export const slideSchema = z.object({
  id: slideIdSchema,
  batchId: batchIdSchema,
  /** The folder's name. */
  name: z.string(),
  /** Absolute path of the folder. */
  folder: z.string(),
  files: z.int().nonnegative(),
  classified: z.int().nonnegative(),
  duplicates: z.int().nonnegative(),
  unreadable: z.int().nonnegative(),
  /** How the values of its deep images are read; empty where all have 8 bits. */
  valueRanges: z.array(valueRangeSchema),
  counts: slideCountsSchema,
});

/** A file that could not be read, or holds what another file of its slide holds. */
export const setAsideFileSchema = z.object({
  slideId: slideIdSchema,
  path: z.string(),
  kind: z.enum(['unreadable', 'duplicate']),
  /** Why, in the user's words. */
  reason: z.string(),
  /** Of a duplicate: the content both share. */
  hash: contentHashSchema.nullable(),
});

export const batchProgressSchema = z.object({
  batchId: batchIdSchema,
  state: jobStateSchema,
  walked: z.boolean(),
  /** Files settled so far: classified, duplicate or unreadable. */
  done: z.int(),
  total: z.int(),
  unreadable: z.int(),
  duplicates: z.int(),
  /** Over the last seconds; null until known. */
  imagesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  slideName: z.string(),
});

export type Batch = z.infer<typeof batchSchema>;
export type Slide = z.infer<typeof slideSchema>;
export type SetAsideFile = z.infer<typeof setAsideFileSchema>;
export type BatchProgress = z.infer<typeof batchProgressSchema>;
