import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from '#shared/domain/batch';
import type { BatchId, RunId } from '#shared/domain/ids';
import type { DeviceReport } from '#shared/domain/device';
import { networkNameSchema } from '#shared/domain/recipe';
import type { Run } from '#shared/domain/run';
import type { Settings } from '#shared/domain/settings';
import type { CallResult } from '#shared/ipc/contract';
import { FailureError } from '#shared/domain/failure';
import type { Application, NewBatch } from '../application';
import type { Emit } from '../events';
import { inspectTrainingFolder } from '../jobs/trainingFolder';
import { storeFailure } from '../store/database';
import { writeExport } from '../report/export';
import type { Resources } from '../resources';
import type { CallHandlers } from './router';

/** What the handlers need of the desktop; Electron's own in the program. */
export interface Desktop {
  pickFolders(multiple: boolean): Promise<string[]>;
  pickFile(name: string, extensions: readonly string[]): Promise<string | null>;
  pickSavePath(name: string, format: 'csv' | 'json'): Promise<string | null>;
  openFolder(folder: string): Promise<void>;
  applySettings(settings: Settings): void;
  /** Remembers the workspace folder and starts the program again. */
  restartWith(workspace: string): void;
  readonly version: string;
  readonly electronVersion: string;
}

interface HandlerParts {
  readonly application: Application;
  readonly resources: Resources;
  readonly desktop: Desktop;
  readonly emit: Emit;
  readonly device: () => DeviceReport | null;
}

/** Cells, or predictions, in one answer: main is busy with one for some milliseconds, and free for others between two. */
const ROWS_AT_ONCE = 2000;

/** The answers to every call of the contract. */
export function callHandlers({ application, resources, desktop, emit, device }: HandlerParts): CallHandlers {
  const { workspace, catalog, queue } = application;
  const { batches, slides, cells, reviews, predictions, settings } = workspace;

  const batchOf = (id: BatchId): Batch => {
    const batch = batches.find(id);
    if (!batch)
      throw new FailureError('not-found', 'This batch is not there any more.', 'Choose another one from the list.');
    return batch;
  };
  const start = (batch: Batch): Batch => {
    application.runBatch(batch.id).catch((error: unknown) => {
      workspace.log.error(
        `batch ${batch.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      emit('batch.changed', batches.setState(batch.id, 'failed', unexpected(error)));
    });
    return batch;
  };
  const create = (batch: NewBatch): Batch => start(application.createBatch({ ...batch, views: settings.get().views }));
  const startTraining = (run: Run): Run => {
    application.runTraining(run.id).catch((error: unknown) => {
      workspace.log.error(`run ${run.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      emit('run.changed', workspace.runs.setState(run.id, 'failed', unexpected(error)));
    });
    return run;
  };
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
  let measuring = new AbortController();
  const who = (): string => settings.get().reviewer || 'unnamed';

  const handlers: CallHandlers = {
    'app.state': () => ({
      version: desktop.version,
      electron: desktop.electronVersion,
      workspace: workspace.folder,
      settings: settings.get(),
      device: device(),
      liveModelId: catalog.liveId(),
    }),
    'app.openLogFolder': async () => {
      await desktop.openFolder(workspace.logs);
      return null;
    },
    'settings.set': (change) => {
      const whole = {
        ...settings.get(),
        ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      };
      settings.set(whole);
      desktop.applySettings(whole);
      emit('settings.changed', whole);
      return whole;
    },
    'workspace.choose': async () => {
      const [folder] = await desktop.pickFolders(false);
      if (folder === undefined) return false;
      desktop.restartWith(folder);
      return true;
    },
    'dialog.pickFolders': ({ multiple }) => desktop.pickFolders(multiple),
    'dialog.pickFile': ({ name, extensions }) => desktop.pickFile(name, extensions),

    'batch.create': ({ id, sources }) => create({ id, sources: [...new Set(sources)] }),
    'batch.createSample': ({ id }) => create({ id, sources: [resources.sampleSlide], name: 'Sample slide' }),
    'batch.list': () => batches.list(),
    'batch.slides': ({ batchId }) => slides.ofBatch(batchId),
    'batch.setAside': ({ batchId }) => batches.setAside(batchId),
    'batch.pause': ({ batchId }) => stop(batchId, 'pause', 'paused'),
    'batch.cancel': ({ batchId }) => stop(batchId, 'cancel', 'cancelled'),
    'batch.resume': ({ batchId }) => {
      const batch = batchOf(batchId);
      if (batch.state === 'done' || queue.has(batchId)) return batch;
      return start(batches.setState(batchId, 'queued'));
    },

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

    'export.save': async ({ batchId, what, format, slideId }) => {
      const batch = batchOf(batchId);
      const path = await desktop.pickSavePath(`${batch.name} ${what}.${format}`.replace(/[\\/:*?"<>|]/g, '-'), format);
      if (path === null) return null;
      await writeExport({ workspace, card: catalog.get(batch.modelId).card, batch, what, format, slideId, path });
      return path;
    },

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

    'training.inspect': ({ folder }) => inspectTrainingFolder(folder),
    'training.networks': () =>
      networkNameSchema.options.filter((network) => existsSync(join(resources.pretrained, network))),
    'training.measureSpeed': (args) => {
      measuring.abort();
      measuring = new AbortController();
      return application.compute.call('measureSpeed', args, { signal: measuring.signal });
    },
    'training.stopMeasuring': () => {
      measuring.abort();
      return null;
    },
    'training.start': ({ id, name, folder, recipe }) => {
      measuring.abort();
      return startTraining(application.createRun({ id, name, folder, recipe }));
    },
    'training.cancel': ({ runId }) => stopTraining(runId, 'cancel', 'cancelled'),
    'training.pause': ({ runId }) => stopTraining(runId, 'pause', 'paused'),
    'training.resume': ({ runId }) => {
      const run = workspace.runs.get(runId);
      if (run.state === 'done' || queue.has(runId)) return run;
      return startTraining(workspace.runs.setState(runId, 'queued'));
    },
    'run.list': () => workspace.runs.list(),
    'run.metrics': ({ runId }) => ({
      epochs: workspace.runs.epochs(runId),
      steps: workspace.runs.steps(runId),
      mistakes: predictions.mistakes(runId),
    }),
  };
  return handlers;

  /** A batch that is not under way is set at once; a running one when it has stopped. */
  function stop(batchId: BatchId, reason: 'pause' | 'cancel', state: 'paused' | 'cancelled'): Batch {
    const batch = batchOf(batchId);
    if (queue.stop(batchId, reason) && batch.state === 'running') return batch;
    if (batch.state === 'done' || batch.state === 'cancelled') return batch;
    const changed = batches.setState(batchId, state);
    emit('batch.changed', changed);
    return changed;
  }

  /** A run that is not under way is set at once; a running one when it has stopped. */
  function stopTraining(runId: RunId, reason: 'pause' | 'cancel', state: 'paused' | 'cancelled'): Run {
    const run = workspace.runs.get(runId);
    if (queue.stop(runId, reason) && run.state === 'running') return run;
    if (run.state === 'done' || run.state === 'failed' || run.state === 'cancelled') return run;
    const changed = workspace.runs.setState(runId, state);
    emit('run.changed', changed);
    return changed;
  }

  function unexpected(error: unknown): FailureError['failure'] {
    const known = storeFailure(workspace.folder, error);
    if (known instanceof FailureError) return known.failure;
    return {
      code: 'unavailable',
      message: 'The job stopped over a fault of the program.',
      hint: 'The log has the details. Resume it; if it happens again, report it.',
    };
  }
}
