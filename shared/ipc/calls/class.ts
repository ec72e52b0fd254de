import { z } from 'zod';
import { classChangeSchema, classDefinitionSchema } from '../../domain/cellClass';
import { nothing } from './values';

/** Calls about what classes mean. */
export const classCalls = {
  /** In report order. */
  'class.list': { args: nothing, result: z.array(classDefinitionSchema) },
  /** Changes classes or adds them; gives all. */
  'class.save': {
    args: z.object({ changes: z.array(classChangeSchema).min(1).max(1000) }),
    result: z.array(classDefinitionSchema),
  },
} as const;
