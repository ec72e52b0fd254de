import type { Batch } from '#shared/domain/batch';
import type { batchCalls } from '#shared/ipc/calls/batch';
import type { Application, NewBatch } from '../application';
import type { HandlersOf } from './router';

export interface BatchHandlerParts {
  readonly application: Application;
  /** Folder of the images that come with the program. */
  readonly sampleSlide: string;
}

/** Batches: making, listing, pausing, resuming, cancelling them. */
export function batchHandlers({ application, sampleSlide }: BatchHandlerParts): HandlersOf<typeof batchCalls> {
  const { workspace, batches } = application;
  const { slides, settings } = workspace;
  const create = (batch: NewBatch): Batch => {
    const { views, precision } = settings.get();
    return batches.start(application.createBatch({ ...batch, views, precision }).id);
  };

  return {
    'batch.create': ({ id, sources }) => create({ id, sources: [...new Set(sources)] }),
    'batch.createSample': ({ id }) => create({ id, sources: [sampleSlide], name: 'Sample slide' }),
    'batch.list': () => workspace.batches.list(),
    'batch.slides': ({ batchId }) => slides.ofBatch(batchId),
    'batch.setAside': ({ batchId }) => workspace.batches.setAside(batchId),
    'batch.passedOver': ({ batchId }) => workspace.batches.passedOver(batchId),
    'batch.pause': ({ batchId }) => batches.pause(batchId),
    'batch.cancel': ({ batchId }) => batches.cancel(batchId),
    'batch.resume': ({ batchId }) => batches.resume(batchId),
  };
}
