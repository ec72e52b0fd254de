import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunId } from '#shared/domain/ids';
import { networkNameSchema } from '#shared/domain/recipe';
import type { Run } from '#shared/domain/run';
import type { trainingCalls } from '#shared/ipc/calls/training';
import type { Application } from '../application';
import type { Emit } from '../events';
import { inspectTrainingFolder } from '../jobs/trainingFolder';
import { unexpectedFailure } from '../jobs/unexpectedFailure';
import type { HandlersOf } from './router';

export interface TrainingHandlerParts {
  readonly application: Application;
  /** Folder of the published backbones. */
  readonly pretrained: string;
  readonly emit: Emit;
}

/** Trainings, their data and their runs. */
export function trainingHandlers({
  application,
  pretrained,
  emit,
}: TrainingHandlerParts): HandlersOf<typeof trainingCalls> {
  const { workspace, queue } = application;
  const { predictions } = workspace;
  let measuring = new AbortController();

  const startTraining = (run: Run): Run => {
    application.runTraining(run.id).catch((error: unknown) => {
      workspace.log.error(`run ${run.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      emit('run.changed', workspace.runs.setState(run.id, 'failed', unexpectedFailure(workspace.folder, error)));
    });
    return run;
  };

  return {
    'training.inspect': ({ folder }) => inspectTrainingFolder(folder),
    'training.networks': () => networkNameSchema.options.filter((network) => existsSync(join(pretrained, network))),
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

  /** A run that is not under way is set at once; a running one when it has stopped. */
  function stopTraining(runId: RunId, reason: 'pause' | 'cancel', state: 'paused' | 'cancelled'): Run {
    const run = workspace.runs.get(runId);
    if (queue.stop(runId, reason) && run.state === 'running') return run;
    if (run.state === 'done' || run.state === 'failed' || run.state === 'cancelled') return run;
    const changed = workspace.runs.setState(runId, state);
    emit('run.changed', changed);
    return changed;
  }
}
