import type { Batch } from '#shared/domain/batch';
import type { BatchId } from '#shared/domain/ids';
import type { batchCalls } from '#shared/ipc/calls/batch';
import type { Application, NewBatch } from '../application';
import type { Emit } from '../events';
import { unexpectedFailure } from '../jobs/unexpectedFailure';
import type { HandlersOf } from './router';

export interface BatchHandlerParts {
  readonly application: Application;
  /** Folder of the images that come with the program. */
  readonly sampleSlide: string;
  readonly emit: Emit;
}

/** Batches: making, listing, pausing, resuming, cancelling them. */
export function batchHandlers({ application, sampleSlide, emit }: BatchHandlerParts): HandlersOf<typeof batchCalls> {
  const { workspace, queue } = application;
  const { batches, slides, settings } = workspace;

  const start = (batch: Batch): Batch => {
    application.runBatch(batch.id).catch((error: unknown) => {
      workspace.log.error(
        `batch ${batch.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      emit('batch.changed', batches.setState(batch.id, 'failed', unexpectedFailure(workspace.folder, error)));
    });
    return batch;
  };
  const create = (batch: NewBatch): Batch => {
    const { views, precision } = settings.get();
    return start(application.createBatch({ ...batch, views, precision }));
  };

  return {
    'batch.create': ({ id, sources }) => create({ id, sources: [...new Set(sources)] }),
    'batch.createSample': ({ id }) => create({ id, sources: [sampleSlide], name: 'Sample slide' }),
    'batch.list': () => batches.list(),
    'batch.slides': ({ batchId }) => slides.ofBatch(batchId),
    'batch.setAside': ({ batchId }) => batches.setAside(batchId),
    'batch.passedOver': ({ batchId }) => batches.passedOver(batchId),
    'batch.pause': ({ batchId }) => stop(batchId, 'pause', 'paused'),
    'batch.cancel': ({ batchId }) => stop(batchId, 'cancel', 'cancelled'),
    'batch.resume': ({ batchId }) => {
      const batch = batches.existing(batchId);
      if (batch.state === 'done' || queue.has(batchId)) return batch;
      return start(batches.setState(batchId, 'queued'));
    },
  };

  /** A batch that is not under way is set at once; a running one when it has stopped. */
  function stop(batchId: BatchId, reason: 'pause' | 'cancel', state: 'paused' | 'cancelled'): Batch {
    const batch = batches.existing(batchId);
    if (queue.stop(batchId, reason) && batch.state === 'running') return batch;
    if (batch.state === 'done' || batch.state === 'cancelled') return batch;
    const changed = batches.setState(batchId, state);
    emit('batch.changed', changed);
    return changed;
  }
}
