import type { BatchId } from '#shared/domain/ids';
import type { reviewCalls } from '#shared/ipc/calls/review';
import { FailureError } from '#shared/domain/failure';
import type { CallResult } from '#shared/ipc/contract';
import type { Emit } from '../events';
import type { ModelCatalog } from '../modelCatalog';
import type { Workspace } from '../store/workspace';
import { ROWS_AT_ONCE } from './rowsAtOnce';
import type { HandlersOf } from './router';

export interface ReviewHandlerParts {
  readonly workspace: Workspace;
  readonly catalog: ModelCatalog;
  readonly emit: Emit;
}

/** Cells and what a person decides about them. */
export function reviewHandlers({ workspace, catalog, emit }: ReviewHandlerParts): HandlersOf<typeof reviewCalls> {
  const { batches, slides, cells, reviews, settings } = workspace;

  const reviewed = (batchId: BatchId, ids: Parameters<typeof cells.byIds>[0]): CallResult<'review.decide'> => {
    const changed = cells.byIds(ids);
    if (changed.length > 0) {
      emit('cells.changed', {
        batchId,
        slides: slides.byIds([...new Set(changed.map(({ slideId }) => slideId))]),
        cells: changed,
      });
    }
    return { cells: changed, ...reviews.can(batchId) };
  };
  const who = (): string => settings.get().reviewer || 'unnamed';

  return {
    'cell.list': ({ slideId, after }) => {
      const portion = cells.ofSlide(slideId, after, ROWS_AT_ONCE);
      return { cells: portion, more: portion.length === ROWS_AT_ONCE };
    },
    'cell.detail': ({ cellId }) => {
      const detail = cells.detail(cellId);
      if (!detail) throw new FailureError('not-found', 'This cell is not there any more.', 'Choose another one.');
      const { card } = catalog.get(detail.modelId);
      const probabilities = Object.fromEntries(
        card.classIds.map((classId, index) => [classId, detail.probabilities[index] ?? 0]),
      );
      return { ...detail, probabilities, modelName: card.name, history: reviews.history(cellId) };
    },
    'review.steps': ({ batchId }) => reviews.can(batchId),
    'review.decide': ({ cellIds, decision }) => {
      const [first] = cells.byIds(cellIds.slice(0, 1));
      if (!first) throw new FailureError('not-found', 'These cells are not there any more.', 'Choose others.');
      const batchId = batches.batchOfSlide(first.slideId);
      return reviewed(batchId, reviews.decide(batchId, cellIds, decision, who()));
    },
    'review.undo': ({ batchId }) => reviewed(batchId, reviews.undo(batchId, who())),
    'review.redo': ({ batchId }) => reviewed(batchId, reviews.redo(batchId, who())),
  };
}
