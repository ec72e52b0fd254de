import { z } from 'zod';
import { batchSchema, setAsideFileSchema, slideSchema } from '../../domain/batch';
import { batchIdSchema } from '../../domain/ids';
import { passedOverSchema } from '../../domain/passedOver';
import { nothing, path } from './values';

/** Calls about batches: their files, slides and progress. */
export const batchCalls = {
  'batch.create': {
    args: z.object({ id: batchIdSchema, sources: z.array(path).min(1).max(10_000) }),
    result: batchSchema,
  },
  'batch.createSample': { args: z.object({ id: batchIdSchema }), result: batchSchema },
  'batch.list': { args: nothing, result: z.array(batchSchema) },
  'batch.slides': { args: z.object({ batchId: batchIdSchema }), result: z.array(slideSchema) },
  'batch.setAside': { args: z.object({ batchId: batchIdSchema }), result: z.array(setAsideFileSchema) },
  /** What was passed over when the folders were walked. */
  'batch.passedOver': { args: z.object({ batchId: batchIdSchema }), result: z.array(passedOverSchema) },
  'batch.pause': { args: z.object({ batchId: batchIdSchema }), result: batchSchema },
  'batch.resume': { args: z.object({ batchId: batchIdSchema }), result: batchSchema },
  'batch.cancel': { args: z.object({ batchId: batchIdSchema }), result: batchSchema },
} as const;
