import type { modelCalls } from '#shared/ipc/calls/model';
import type { Emit } from '../events';
import type { ModelCatalog } from '../modelCatalog';
import type { Workspace } from '../store/workspace';
import { ROWS_AT_ONCE } from './rowsAtOnce';
import type { HandlersOf } from './router';

export interface ModelHandlerParts {
  readonly workspace: Workspace;
  readonly catalog: ModelCatalog;
  readonly emit: Emit;
}

/** Models, and what they predicted of their test sets. */
export function modelHandlers({ workspace, catalog, emit }: ModelHandlerParts): HandlersOf<typeof modelCalls> {
  const { predictions } = workspace;
  return {
    'model.list': () => catalog.list(),
    'model.makeLive': ({ modelId }) => {
      catalog.makeLive(modelId);
      const models = catalog.list();
      emit('models.changed', models);
      return models;
    },

    'model.hasPredictions': ({ modelId }) => predictions.knows(modelId),
    'model.predictions': ({ modelId, truth, predicted, after }) => {
      const portion = predictions.ofModel(modelId, { truth, predicted }, after, ROWS_AT_ONCE);
      return { predictions: portion, more: portion.length === ROWS_AT_ONCE };
    },
  };
}
