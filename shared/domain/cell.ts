import { z } from 'zod';
import { cellIdSchema, contentHashSchema, modelIdSchema, slideIdSchema } from './ids';
import { unlikeSchema } from './unlike';
import { viewsSchema } from './testTimeAugmentation';

/**
 * `classified` and `unidentified` are the model's word. A person's is `confirmed` where it is the model's own class (or none, as the model's), and
 * `corrected` where it differs, also where it is a class for a cell that the model left unidentified.
 */
export const cellStatusSchema = z.enum(['classified', 'unidentified', 'confirmed', 'corrected']);

/** What the gallery needs of a cell. */
export const cellSchema = z.object({
  id: cellIdSchema,
  slideId: slideIdSchema,
  hash: contentHashSchema,
  /** File name within its slide. */
  file: z.string(),
  /** Class now: the person's if one spoke, else the model's; null if unidentified. */
  classId: z.string().nullable(),
  /** The model's most probable class, whether or not it passed the threshold. */
  topClassId: z.string(),
  /** Calibrated probability of `topClassId`. */
  confidence: z.number(),
  status: cellStatusSchema,
  /** Whether it is unlike what the model learned from: unidentified for that, until a person speaks. */
  unfamiliar: z.boolean(),
  /** Why it is; empty in cells of before, and of a model that has no reference to know by. */
  unlike: z.array(unlikeSchema).readonly().default([]),
});

/** One change of one cell, oldest first in a history. */
export const reviewEventSchema = z.object({
  at: z.string(),
  who: z.string(),
  action: z.enum(['confirm', 'correct', 'undo', 'redo']),
  fromClassId: z.string().nullable(),
  fromStatus: cellStatusSchema,
  toClassId: z.string().nullable(),
  toStatus: cellStatusSchema,
});

export const cellDetailSchema = z.object({
  cell: cellSchema,
  /** Absolute path of the file it came from. */
  path: z.string(),
  width: z.int(),
  height: z.int(),
  modelId: modelIdSchema,
  modelName: z.string(),
  /** How many views of the image the model saw. */
  views: viewsSchema,
  /** Calibrated probability of each class of the model. */
  probabilities: z.record(z.string(), z.number()),
  history: z.array(reviewEventSchema),
});

/** What a person did to a cell. */
export const reviewDecisionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('confirm') }),
  z.object({ kind: z.literal('class'), classId: z.string().min(1) }),
  z.object({ kind: z.literal('unidentified') }),
]);

export type CellStatus = z.infer<typeof cellStatusSchema>;
export type Cell = z.infer<typeof cellSchema>;
export type CellDetail = z.infer<typeof cellDetailSchema>;
export type ReviewEvent = z.infer<typeof reviewEventSchema>;
export type ReviewDecision = z.infer<typeof reviewDecisionSchema>;
