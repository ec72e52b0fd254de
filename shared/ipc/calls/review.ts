import { z } from 'zod';
import { cellDetailSchema, cellSchema, reviewDecisionSchema } from '../../domain/cell';
import { batchIdSchema, cellIdSchema, contentHashSchema, slideIdSchema } from '../../domain/ids';

const reviewSteps = z.object({ canUndo: z.boolean(), canRedo: z.boolean() });
/** Cells that changed, as they are now. */
const changedCells = reviewSteps.extend({ cells: z.array(cellSchema) });

/** Calls about cells and what a person decides about them. */
export const reviewCalls = {
  /** A portion of a slide's cells, in the order of their content hashes: those after `after`, from the first if null. */
  'cell.list': {
    args: z.object({ slideId: slideIdSchema, after: contentHashSchema.nullable() }),
    result: z.object({ cells: z.array(cellSchema), more: z.boolean() }),
  },
  'cell.detail': { args: z.object({ cellId: cellIdSchema }), result: cellDetailSchema },
  /** Whether there is something to undo in a batch, or to do again. */
  'review.steps': { args: z.object({ batchId: batchIdSchema }), result: reviewSteps },
  'review.decide': {
    args: z.object({ cellIds: z.array(cellIdSchema).min(1).max(100_000), decision: reviewDecisionSchema }),
    result: changedCells,
  },
  /** Undoes the last change in this batch that still stands, as one more event of each cell's history. */
  'review.undo': { args: z.object({ batchId: batchIdSchema }), result: changedCells },
  'review.redo': { args: z.object({ batchId: batchIdSchema }), result: changedCells },
} as const;
