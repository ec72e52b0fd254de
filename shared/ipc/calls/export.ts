import { z } from 'zod';
import { csvStyleSchema, PLAIN_CSV } from '../../domain/csvStyle';
import { batchIdSchema, slideIdSchema } from '../../domain/ids';

/** Calls that write results for other programs. */
export const exportCalls = {
  /** Asks where to save, then writes; the path written, or null if the user changed their mind. */
  'export.save': {
    args: z.object({
      batchId: batchIdSchema,
      what: z.enum(['cells', 'slides']),
      format: z.enum(['csv', 'xlsx', 'json']),
      /** Of CSV. */
      csvStyle: csvStyleSchema.default(PLAIN_CSV),
      /** Only this slide; null for all of the batch. */
      slideId: slideIdSchema.nullable(),
    }),
    result: z.string().nullable(),
  },
} as const;
