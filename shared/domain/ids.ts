import { z } from 'zod';

const uuid = z.uuid();

/** Made by the caller (crypto.randomUUID), so that no event of a job can come before its name is known. */
export const batchIdSchema = uuid.brand('BatchId');
export const runIdSchema = uuid.brand('RunId');
/** Folder name of a model in the workspace: letters, digits, dot, dash and underscore. */
export const modelIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/)
  .brand('ModelId');
export const slideIdSchema = z.int().positive().brand('SlideId');
export const cellIdSchema = z.int().positive().brand('CellId');
/** What a training said of one image, kept with its run; an id is never used again. */
export const predictionIdSchema = z.int().positive().brand('PredictionId');
/** SHA-256 of a file's bytes, 64 lower-case hexadecimal digits. */
export const contentHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand('ContentHash');

export type BatchId = z.infer<typeof batchIdSchema>;
export type RunId = z.infer<typeof runIdSchema>;
export type ModelId = z.infer<typeof modelIdSchema>;
export type SlideId = z.infer<typeof slideIdSchema>;
export type CellId = z.infer<typeof cellIdSchema>;
export type PredictionId = z.infer<typeof predictionIdSchema>;
export type ContentHash = z.infer<typeof contentHashSchema>;
