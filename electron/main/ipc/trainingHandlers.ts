import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { networkNameSchema } from '#shared/domain/recipe';
import type { trainingCalls } from '#shared/ipc/calls/training';
import type { Application } from '../application';
import { inspectTrainingFolder } from '../jobs/trainingFolder';
import { knownClasses } from '../knownClasses';
import type { HandlersOf } from './router';

export interface TrainingHandlerParts {
  readonly application: Application;
  /** Folder of the published backbones. */
  readonly pretrained: string;
}

/** Trainings, their data and their runs. */
export function trainingHandlers({ application, pretrained }: TrainingHandlerParts): HandlersOf<typeof trainingCalls> {
  const { workspace, trainings } = application;
  const { predictions } = workspace;
  let measuring = new AbortController();
  let inspecting = new AbortController();

  return {
    'training.inspect': ({ folder, reading }) => {
      inspecting.abort();
      inspecting = new AbortController();
      const known = knownClasses(workspace, application.catalog);
      return inspectTrainingFolder(folder, { known, reading, signal: inspecting.signal });
    },
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
    'training.start': ({ id, name, folder, reading, recipe }) => {
      measuring.abort();
      return trainings.start(application.createRun({ id, name, folder, reading, recipe }).id);
    },
    'training.cancel': ({ runId }) => trainings.cancel(runId),
    'training.pause': ({ runId }) => trainings.pause(runId),
    'training.resume': ({ runId }) => trainings.resume(runId),
    'run.list': () => workspace.runs.list(),
    'run.metrics': ({ runId }) => ({
      epochs: workspace.runs.epochs(runId),
      steps: workspace.runs.steps(runId),
      mistakes: predictions.mistakes(runId),
    }),
  };
}
