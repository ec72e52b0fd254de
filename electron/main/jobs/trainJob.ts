import { randomUUID } from 'node:crypto';
import type { LeftOutFile } from '#shared/compute/protocol';
import { modelIdSchema, type RunId } from '#shared/domain/ids';
import type { QuickRecipe } from '#shared/domain/recipe';
import type { Run } from '#shared/domain/run';
import { FailureError } from '#shared/ipc/failure';
import type { ComputeSupervisor } from '../compute/supervisor';
import type { Emit } from '../events';
import type { ModelCatalog } from '../modelCatalog';
import { storeFailure } from '../store/database';
import type { Workspace } from '../store/workspace';
import { readTrainingFolder } from './trainingFolder';

export interface TrainJob {
  readonly workspace: Workspace;
  readonly compute: ComputeSupervisor;
  readonly catalog: ModelCatalog;
  readonly runId: RunId;
  readonly recipe: QuickRecipe;
  readonly description: string;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** Trains on a run's folder and registers the model; expected failures end up in the run's state. Gives the run and the files left out. */
export async function runTrainJob(job: TrainJob): Promise<{ run: Run; leftOut: LeftOutFile[] }> {
  const { workspace, compute, catalog, runId, recipe, emit, signal } = job;
  const changed = (run: Run): Run => {
    emit('run.changed', run);
    return run;
  };
  const run = changed(workspace.runs.setState(runId, 'running'));
  try {
    const files = await readTrainingFolder(run.folder);
    const modelId = freeModelId(run.name, catalog);
    const params = {
      name: run.name,
      modelId,
      files,
      recipe,
      modelFolder: catalog.folderOf(modelId),
      featureCache: workspace.features,
      description: job.description,
    };
    const onProgress = (progress: Parameters<typeof emit<'run.progress'>>[1]['progress']): void => {
      emit('run.progress', { runId, progress });
    };
    const { card, leftOut } = await compute.call('trainQuick', params, { onProgress, signal });
    const done = workspace.database.transaction(() => {
      workspace.cards.add(card);
      return workspace.runs.setDone(runId, card.id, card.evaluation);
    })();
    emit('models.changed', catalog.list());
    return { run: changed(done), leftOut };
  } catch (raw) {
    const error = storeFailure(workspace.folder, raw);
    if (!(error instanceof FailureError)) throw error;
    const state = signal.aborted ? 'cancelled' : 'failed';
    return {
      run: changed(workspace.runs.setState(runId, state, state === 'failed' ? error.failure : null)),
      leftOut: [],
    };
  }
}

/** An id made of the name, that no model has. */
function freeModelId(name: string, catalog: ModelCatalog): ReturnType<typeof modelIdSchema.parse> {
  const base =
    name
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 60) || 'model';
  const taken = new Set<string>(catalog.list().map(({ id }) => id));
  return modelIdSchema.parse(taken.has(base) ? `${base}-${randomUUID().slice(0, 8)}` : base);
}
