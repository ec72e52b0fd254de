import { basename } from 'node:path';
import type { Batch } from '#shared/domain/batch';
import { PLAIN_READING, type FolderReading } from '#shared/domain/folderLayout';
import type { BatchId, RunId } from '#shared/domain/ids';
import { fixedPrecision, type ModelCard } from '#shared/domain/model';
import type { PrecisionChoice } from '#shared/domain/precision';
import type { Recipe } from '#shared/domain/recipe';
import type { Run } from '#shared/domain/run';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { startCare, type Care } from './care';
import { ComputeSupervisor, type LaunchCompute } from './compute/supervisor';
import type { Emit } from './events';
import { runClassification } from './jobs/classifyJob';
import { JobControl } from './jobs/jobControl';
import { JobQueue } from './jobs/jobQueue';
import { finishTraining, runTraining, type Trained } from './jobs/trainJob';
import { ModelCatalog } from './modelCatalog';
import type { Resources } from './resources';
import { prepareFolder } from './store/prepareFolder';
import { sweepUnfinished } from './store/sweepUnfinished';
import { openWorkspace, type Workspace } from './store/workspace';
import { settlesWithin } from './within';

/** Milliseconds that jobs have to stop by themselves, and then after the compute process was ended. */
const TO_STOP = 1500;
const TO_SETTLE = 500;

export interface ApplicationParts {
  readonly workspaceFolder: string;
  readonly resources: Resources;
  readonly launchCompute: (workspace: Workspace) => LaunchCompute;
  readonly emit: Emit;
  /** The compute process has started, or started again: maybe on another device. */
  readonly onComputeReady?: () => void;
}

export interface NewBatch {
  readonly id: BatchId;
  readonly sources: readonly string[];
  /** The live model if not given. */
  readonly modelId?: string;
  /** 1 if not given: each image as it is. */
  readonly views?: Views;
  /** `automatic` if not given. */
  readonly precision?: PrecisionChoice;
  /** `i/n`. */
  readonly shard?: string;
  readonly name?: string;
}

export interface NewRun {
  readonly id: RunId;
  readonly name: string;
  readonly folder: string;
  /** As its folders' names tell if not given. */
  readonly reading?: FolderReading;
  readonly recipe: Recipe;
  /** What the data are, for the model's card; the folder's path if not given. */
  readonly description?: string;
}

/** The program without a window: a workspace, its models, its jobs and the compute process. The window and the command line are two ways to use it. */
export class Application {
  readonly workspace: Workspace;
  readonly catalog: ModelCatalog;
  readonly compute: ComputeSupervisor;
  readonly batches: JobControl<BatchId, Batch, void>;
  readonly trainings: JobControl<RunId, Run, Trained>;
  readonly #queue = new JobQueue();
  readonly #emit: Emit;
  /** Housekeeping, beside everything else. */
  readonly #sweeping: Promise<void>;
  #care: Care | null = null;

  /** Opens the program on a workspace folder; with `mustExist` none is made. FailureError as prepareFolder and openWorkspace. */
  static async open(parts: ApplicationParts, mustExist: boolean): Promise<Application> {
    await prepareFolder(parts.workspaceFolder, mustExist);
    return new Application(parts);
  }

  /** FailureError as openWorkspace. */
  constructor({ workspaceFolder, resources, launchCompute, emit, onComputeReady }: ApplicationParts) {
    this.workspace = openWorkspace(workspaceFolder);
    this.#sweeping = sweepUnfinished(this.workspace);
    this.catalog = new ModelCatalog(this.workspace, resources);
    this.#emit = emit;
    this.compute = new ComputeSupervisor(launchCompute(this.workspace), this.workspace.log, {
      onDeath: (error) => {
        emit('notice', error.failure);
      },
      onReady: onComputeReady,
    });
    this.batches = this.#batchControl(resources.goodImage);
    this.trainings = this.#trainingControl();
    this.batches.recover();
    this.trainings.recover();
  }

  createBatch({ id, sources, modelId, views, precision, shard, name }: NewBatch): Batch {
    const model = this.catalog.checked(modelId ?? this.catalog.liveId());
    return this.workspace.batches.create({
      id,
      name: name ?? nameOf(sources),
      createdAt: new Date().toISOString(),
      modelId: model.card.id,
      views: views ?? 1,
      precision: fixedPrecision(model.card, precision ?? 'automatic'),
      sources,
      shard: shard ?? null,
    });
  }

  createRun({ id, name, folder, reading, recipe, description }: NewRun): Run {
    return this.workspace.runs.create({
      id,
      name,
      createdAt: new Date().toISOString(),
      folder,
      reading: reading ?? PLAIN_READING,
      description: description ?? `Images in ${folder}`,
      recipe,
    });
  }

  /** Goes on with what the end of the program cut. */
  goOn(): void {
    this.batches.goOn();
    this.trainings.goOn();
  }

  /** Checks the database in full and makes the backup of the day, beside everything else and in the process that `launch` starts. What is not done at the close is done at the next start. */
  lookAfter(launch: LaunchCompute): void {
    this.#care ??= startCare(launch, this.workspace, (failure) => {
      this.#emit('notice', failure);
    });
  }

  /** Takes a checked copy of a model folder into the workspace. FailureError `model-invalid`, `model-mismatch`, `disk-full`. */
  async importModel(from: string): Promise<ModelCard> {
    this.workspace.settings.setUsed();
    return this.catalog.withNewId(basename(from), async (modelId, modelFolder) => {
      const card = await this.compute.call('importModel', { from, modelFolder, modelId });
      this.workspace.cards.add(card);
      this.#emit('models.changed', this.catalog.list());
      return card;
    });
  }

  /** Stops what runs, so that it goes on at the next start, and closes the store: within 5 s, whatever hangs. */
  async close(): Promise<void> {
    const atRest = Promise.all([this.#queue.stopAll('shutdown'), this.#sweeping]);
    await settlesWithin(atRest, TO_STOP);
    await this.compute.dispose();
    this.#care?.stop();
    // What hung in the compute process has failed by now.
    const isAtRest = await settlesWithin(Promise.all([atRest, this.#care?.done]), TO_SETTLE);
    this.workspace.close();
    // A call of the system that hangs, on a lost network drive say, would keep this process from exiting.
    if (!isAtRest) process.kill(process.pid, 'SIGKILL');
  }

  #batchControl(goodImage: string): JobControl<BatchId, Batch, void> {
    const { workspace, compute } = this;
    const emit = this.#emit;
    return new JobControl(
      {
        name: 'classification',
        entries: workspace.batches,
        changed: (batch) => {
          emit('batch.changed', batch);
        },
        work: (batchId, signal) => {
          const model = this.catalog.checked(workspace.batches.get(batchId).modelId);
          return runClassification({ workspace, compute, model, batchId, emit, signal, goodImage });
        },
        finish: (id) => workspace.batches.setState(id, 'done'),
        goesOn: () => true,
      },
      this.#queue,
      workspace,
    );
  }

  #trainingControl(): JobControl<RunId, Run, Trained> {
    const { workspace, compute, catalog } = this;
    const emit = this.#emit;
    const isOvertaken = (): boolean => this.#queue.isOvertaken('training');
    return new JobControl(
      {
        name: 'training',
        entries: workspace.runs,
        changed: (run) => {
          if (run.state === 'done') emit('models.changed', catalog.list());
          emit('run.changed', run);
        },
        work: (runId, signal) => runTraining({ workspace, compute, catalog, runId, emit, signal, isOvertaken }),
        finish: (id, trained) => finishTraining(workspace, id, trained),
        // A quick training keeps no checkpoints.
        goesOn: ({ recipe }) => recipe.kind !== 'quick',
      },
      this.#queue,
      workspace,
    );
  }
}

function nameOf(sources: readonly string[]): string {
  const [first = '', ...others] = sources.map((source) => basename(source) || source);
  return others.length === 0 ? first : `${first} and ${String(others.length)} more`;
}
