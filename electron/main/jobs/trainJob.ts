import { join, relative } from 'node:path';
import type { FitEvent, LabelledFile, LeftOutFile, QuickEvent } from '#shared/compute/protocol';
import { pathOf } from '#shared/domain/filePath';
import type { ModelId, RunId } from '#shared/domain/ids';
import type { ModelCard } from '#shared/domain/model';
import type { ImagePrediction } from '#shared/domain/prediction';
import type { Run } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';
import type { ComputeSupervisor } from '../compute/supervisor';
import type { Emit } from '../events';
import { knownClasses } from '../knownClasses';
import type { ModelCatalog } from '../modelCatalog';
import { timed } from '../store/database';
import type { Workspace } from '../store/workspace';
import { readTrainingFolder } from './trainingFolder';

/** Deaths of the compute process by a run, without an epoch between them, after which it has failed: it would only die again. */
const DEATHS_IN_A_ROW = 3;

export interface TrainJob {
  readonly workspace: Workspace;
  readonly compute: ComputeSupervisor;
  readonly catalog: ModelCatalog;
  readonly runId: RunId;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Whether a classification has the device now, so that a death is not this run's. */
  readonly isOvertaken: () => boolean;
}

export interface Trained {
  readonly card: ModelCard;
  readonly leftOut: LeftOutFile[];
}

/**
 * Trains on a run's folder; a run that keeps checkpoints goes on from its last one, also after a death of the compute
 * process. Gives the model's card, whose folder is written, and the files left out. Throws FailureError.
 */
export async function runTraining(job: TrainJob): Promise<Trained> {
  const { workspace, catalog, signal } = job;
  const run = workspace.runs.get(job.runId);
  const known = knownClasses(workspace, catalog);
  return train(job, run, await readTrainingFolder(run.folder, { known, reading: run.reading, signal }));
}

/** Registers the model that a run made, and the run as done. */
export function finishTraining({ database, cards, runs }: Workspace, runId: RunId, { card }: Trained): Run {
  return database.transaction(() => {
    cards.add(card);
    return runs.setDone(runId, card.id, card.evaluation);
  })();
}

async function train(job: TrainJob, run: Run, files: LabelledFile[]): Promise<Trained> {
  const { workspace, compute, catalog, runId, signal, isOvertaken } = job;
  const { name, description, recipe } = run;
  let deaths = 0;
  // Each time under a new id: a process that died between the writing of a model and its registration leaves a folder that no row knows, and none is ever removed.
  const ask = (modelId: ModelId, modelFolder: string): Promise<Trained> => {
    const shared = { name, modelId, files, modelFolder, description };
    // Nothing is kept of what a model that was not registered predicted for the test set.
    workspace.predictions.forget(runId);
    if (recipe.kind === 'quick') {
      const params = { ...shared, recipe, featureCache: workspace.features };
      const onProgress = (event: QuickEvent): void => {
        keep(job, run, event);
      };
      return compute.call('trainQuick', params, { onProgress, signal });
    }
    const params = { ...shared, recipe, runFolder: join(workspace.runFolders, runId), imageCache: workspace.features };
    const onProgress = (event: FitEvent): void => {
      if (event.kind === 'epoch') deaths = 0;
      keep(job, run, event);
    };
    return compute.call('train', params, { onProgress, signal });
  };
  for (;;) {
    try {
      return await catalog.withNewId(name, ask);
    } catch (error) {
      const died = error instanceof FailureError && error.failure.code === 'compute-died';
      if (!died || signal.aborted) throw error;
      if (!isOvertaken() && ++deaths >= DEATHS_IN_A_ROW) throw error;
    }
  }
}

function keep({ workspace, runId, emit }: TrainJob, { name, folder }: Run, event: FitEvent): void {
  const { runs, predictions, database, log } = workspace;
  const inFolder = (images: readonly ImagePrediction[]): ImagePrediction[] =>
    images.map((image) => ({ ...image, path: relative(pathOf(folder), image.path) }));
  switch (event.kind) {
    case 'progress':
      emit('run.progress', { runId, progress: event.progress });
      break;
    case 'from':
      if (event.epoch === 0 && runs.epochs(runId).length > 0) {
        emit('notice', {
          code: 'not-found',
          message: `The checkpoints of the training "${name}" are gone, so that it begins again.`,
          hint: 'Leave the workspace’s folder "runs" as it is while trainings are to go on.',
        });
      }
      database.transaction(() => {
        runs.rewind(runId, event.epoch, event.step);
        predictions.rewind(runId, event.epoch);
      })();
      if (event.epoch > 0) log.info(`run ${runId} goes on after epoch ${String(event.epoch)}`);
      break;
    case 'steps':
      runs.addSteps(runId, event.steps);
      emit('run.steps', { runId, steps: event.steps });
      break;
    case 'epoch': {
      const { metrics, checkpoint } = event;
      const mistakes = database.transaction(() => {
        runs.addEpoch(runId, metrics, checkpoint);
        return predictions.setMistakes(runId, metrics.epoch, inFolder(event.mistakes));
      })();
      emit('run.epoch', { runId, metrics, mistakes });
      break;
    }
    case 'predictions':
      timed(log, 'add predictions', () => {
        predictions.add(runId, inFolder(event.predictions));
      });
      break;
    case 'notice':
      log.warn(`run ${runId}: ${event.failure.message}`);
      emit('notice', event.failure);
  }
}
