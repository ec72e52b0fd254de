import { z } from 'zod';
import { augmentationPipelineSchema } from '../domain/augmentationPipeline';
import { deviceReportSchema } from '../domain/device';
import { evaluationSchema } from '../domain/evaluation';
import { contentHashSchema } from '../domain/ids';
import { layerSchema } from '../domain/layer';
import { exportFormatSchema, modelCardSchema } from '../domain/model';
import { precisionSchema } from '../domain/precision';
import { partSchema } from '../domain/part';
import { imagePredictionSchema } from '../domain/prediction';
import { fitRecipeSchema, quickRecipeSchema } from '../domain/recipe';
import {
  checkpointSchema,
  epochMetricsSchema,
  stageSpeedSchema,
  stepMetricsSchema,
  trainingProgressSchema,
} from '../domain/run';
import { unlikeSchema } from '../domain/unlike';
import { viewsSchema } from '../domain/testTimeAugmentation';
import { failureSchema } from '../domain/failure';
import { valueRangeSchema } from '../domain/valueRange';

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** A file to classify; `key` is the caller's and comes back with the result. */
const fileToClassifySchema = z.object({
  key: z.int(),
  path: z.string(),
  /** Ranges of the values of its slide's deep images that were found before. */
  ranges: z.array(valueRangeSchema),
});

/** What became of one file. A file is stored under its hash, durably, before its result is sent. */
export const classifiedFileSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('classified'),
    key: z.int(),
    hash: contentHashSchema,
    /** Name in the image store: `ab/<hash>.<extension>`. */
    stored: z.string(),
    bytes: z.int(),
    /** Pixels, after the file's orientation was applied. */
    width: z.int(),
    height: z.int(),
    /** Which values of a deep image (more than 8 bits) are black and white; null for others. */
    range: valueRangeSchema.nullable(),
    /** Calibrated, in the order of the model's classes. */
    probabilities: floats,
    /** Whether it is unlike what the model learned from, and why, as far as the model has a reference to know by. */
    unfamiliar: z.boolean(),
    unlike: z.array(unlikeSchema).readonly(),
  }),
  z.object({ kind: z.literal('unreadable'), key: z.int(), failure: failureSchema }),
]);

const labelledFileSchema = z.object({
  path: z.string(),
  classId: z.string(),
  /** Patient or slide: images of one stay together in a split. */
  slide: z.string().nullable(),
  /** The part of the split that its folder gives; without it the split deals it out. */
  part: partSchema.optional(),
});

const evaluatedFileSchema = z.object({
  path: z.string(),
  classId: z.string(),
  probabilities: floats,
});

/** A file that was left out, with why. */
export const leftOutFileSchema = z.object({ path: z.string(), failure: failureSchema });

const progressEventSchema = z.object({ kind: z.literal('progress'), progress: trainingProgressSchema });
/** What the finished model called the images of the locked part: a portion of them. */
const predictionsEventSchema = z.object({
  kind: z.literal('predictions'),
  predictions: z.array(imagePredictionSchema),
});

/** Something the user should know, such as copies among the images, or a smaller batch. */
const noticeEventSchema = z.object({ kind: z.literal('notice'), failure: failureSchema });

/** What a quick training tells on its way. */
const quickEventSchema = z.discriminatedUnion('kind', [progressEventSchema, predictionsEventSchema, noticeEventSchema]);

/** What a training by gradients tells on its way. */
export const fitEventSchema = z.discriminatedUnion('kind', [
  progressEventSchema,
  predictionsEventSchema,
  noticeEventSchema,
  /** Where it begins or goes on: what was measured after this epoch and step counts no more. */
  z.object({ kind: z.literal('from'), epoch: z.int().nonnegative(), step: z.int().nonnegative() }),
  /** Steps since the last such event, at most a few events a second. */
  z.object({ kind: z.literal('steps'), steps: z.array(stepMetricsSchema) }),
  /** An epoch, with the checkpoint that is durable now, and validation images that its weights call wrong, the most confident first. */
  z.object({
    kind: z.literal('epoch'),
    metrics: epochMetricsSchema,
    checkpoint: checkpointSchema,
    mistakes: z.array(imagePredictionSchema),
  }),
]);

/** Every request that main may make of the compute process: what it takes, what it reports on the way, what it gives. */
export const computeRequests = {
  device: { params: z.null(), progress: z.never(), result: deviceReportSchema },
  /** The precision that a model classifies in here, where nobody fixed one. */
  precision: { params: z.object({ modelFolder: z.string() }), progress: z.never(), result: precisionSchema },
  /**
   * Loads a model (kept until another is asked for) and classifies files. An empty progress says that the model is loaded
   * and the files are in hand; then results come as progress, in any order, each file once.
   */
  classify: {
    params: z.object({
      modelFolder: z.string(),
      views: viewsSchema,
      precision: precisionSchema,
      /** Folder of the content-addressed image store. */
      imageStore: z.string(),
      files: z.array(fileToClassifySchema).max(4096),
    }),
    progress: z.array(classifiedFileSchema),
    /** Milliseconds the graph ran. */
    result: z.object({ graphMilliseconds: z.number(), precision: precisionSchema }),
  },
  /** Classifies one image and keeps nothing: whether this machine can, where the image is known to be good. */
  trial: {
    params: z.object({ modelFolder: z.string(), views: viewsSchema, precision: precisionSchema, path: z.string() }),
    progress: z.never(),
    result: z.null(),
  },
  /** A picture of a stored image that every renderer can show: PNG, at most `side` pixels, orientation applied. */
  picture: {
    params: z.object({ path: z.string(), side: z.int().positive() }),
    progress: z.never(),
    result: bytes,
  },
  /** What an augmentation pipeline makes of images, as one PNG: a row for each strength and image, in it the image as it is and then a picture for each seed. */
  augment: {
    params: z.object({
      /** The images of one batch. */
      paths: z.array(z.string()).min(1).max(64),
      /** Side of each picture, pixels. */
      side: z.int().min(32).max(512),
      pipeline: augmentationPipelineSchema,
      /** As training feeds them: a number of the run and that of the batch. */
      seeds: z
        .array(z.tuple([z.int32(), z.int32()]))
        .min(1)
        .max(64),
      strengths: z.array(z.number().nonnegative()).min(1).max(16),
    }),
    progress: z.never(),
    result: bytes,
  },
  trainQuick: {
    params: z.object({
      name: z.string(),
      modelId: z.string(),
      files: z.array(labelledFileSchema),
      recipe: quickRecipeSchema,
      /** Where the model folder is written: made whole or not at all. */
      modelFolder: z.string(),
      /** Features by image hash and backbone are kept here between runs. */
      featureCache: z.string(),
      description: z.string(),
    }),
    progress: quickEventSchema,
    result: z.object({ card: modelCardSchema, leftOut: z.array(leftOutFileSchema) }),
  },
  /** Trains by a recipe in stages, or goes on with what `runFolder` holds. */
  train: {
    params: z.object({
      name: z.string(),
      modelId: z.string(),
      files: z.array(labelledFileSchema),
      recipe: fitRecipeSchema,
      /** Holds the run's checkpoints. */
      runFolder: z.string(),
      /** Where the model folder is written: made whole or not at all. */
      modelFolder: z.string(),
      /** Images at working size are kept here between runs. */
      imageCache: z.string(),
      description: z.string(),
    }),
    progress: fitEventSchema,
    result: z.object({ card: modelCardSchema, leftOut: z.array(leftOutFileSchema) }),
  },
  /** Measures a few steps of each stage of a recipe. */
  measureSpeed: {
    params: z.object({ recipe: fitRecipeSchema, classes: z.int().min(2) }),
    progress: z.never(),
    result: z.array(stageSpeedSchema),
  },
  /** Takes a checked copy of a model folder into the workspace. */
  importModel: {
    params: z.object({ from: z.string(), modelFolder: z.string(), modelId: z.string() }),
    progress: z.never(),
    result: modelCardSchema,
  },
  /** Writes a model anew with a reference: what it learned from, by which it knows what is unfamiliar. */
  addReference: {
    params: z.object({ modelFolder: z.string(), files: z.array(labelledFileSchema), out: z.string() }),
    progress: trainingProgressSchema,
    result: modelCardSchema,
  },
  /** Writes a model for other programs; gives the paths in `out`. */
  exportModel: {
    params: z.object({ modelFolder: z.string(), format: exportFormatSchema, out: z.string() }),
    progress: z.never(),
    result: z.array(z.string()),
  },
  /** The layers of a recipe's network, and which of them train in one of its stages. */
  layers: {
    params: z.object({ recipe: fitRecipeSchema, classes: z.int().min(2), stage: z.int().nonnegative() }),
    progress: z.never(),
    result: z.array(layerSchema),
  },
  evaluate: {
    params: z.object({
      modelFolder: z.string(),
      views: viewsSchema,
      precision: precisionSchema,
      files: z.array(labelledFileSchema),
    }),
    progress: trainingProgressSchema,
    result: z.object({
      evaluation: evaluationSchema,
      predictions: z.array(evaluatedFileSchema),
      leftOut: z.array(leftOutFileSchema),
      /** SHA-256 over the sorted lines `<class> <sha256 of file>`. */
      dataHash: z.string(),
      /** Milliseconds the graph ran. */
      graphMilliseconds: z.number(),
      precision: precisionSchema,
    }),
  },
} as const;

export type ComputeRequests = typeof computeRequests;
export type ComputeMethod = keyof ComputeRequests;
export type ComputeParams<M extends ComputeMethod> = z.infer<ComputeRequests[M]['params']>;
export type ComputeProgress<M extends ComputeMethod> = z.infer<ComputeRequests[M]['progress']>;
export type ComputeResult<M extends ComputeMethod> = z.infer<ComputeRequests[M]['result']>;
export type ClassifiedFile = z.infer<typeof classifiedFileSchema>;
export type LabelledFile = z.infer<typeof labelledFileSchema>;
export type QuickEvent = z.infer<typeof quickEventSchema>;
export type FitEvent = z.infer<typeof fitEventSchema>;
export type LeftOutFile = z.infer<typeof leftOutFileSchema>;

/** Main to compute: a call, the cancelling of a call, or the end (close what is open and exit). */
export const toComputeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), id: z.int(), method: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('cancel'), id: z.int() }),
  z.object({ kind: z.literal('dispose') }),
]);

/** Compute to main. `ready` comes once; `log` lines reach the log file. */
export const fromComputeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('event'), id: z.int(), value: z.unknown() }),
  z.object({ kind: z.literal('result'), id: z.int(), value: z.unknown() }),
  z.object({ kind: z.literal('failure'), id: z.int(), failure: failureSchema }),
  z.object({ kind: z.literal('log'), level: z.enum(['info', 'warn', 'error']), message: z.string() }),
]);

export type ToCompute = z.infer<typeof toComputeSchema>;
export type FromCompute = z.infer<typeof fromComputeSchema>;
