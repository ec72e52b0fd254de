import type { Evaluation } from '#shared/domain/evaluation';
import type { FolderReading } from '#shared/domain/folderLayout';
import type { ModelId, RunId } from '#shared/domain/ids';
import type { Recipe } from '#shared/domain/recipe';
import {
  checkpointSchema,
  epochMetricsSchema,
  runSchema,
  stepMetricsSchema,
  type Checkpoint,
  type EpochMetrics,
  type Run,
  type StepMetrics,
} from '#shared/domain/run';
import { FailureError, type Failure } from '#shared/domain/failure';
import { isAtWork, type JobState } from '#shared/domain/jobState';
import type { Connection } from './database';
import { fromColumns, toColumns, type JobColumns } from './jobColumns';

interface RunRow extends JobColumns {
  id: string;
  name: string;
  created_at: string;
  folder: string;
  reading: string;
  description: string;
  recipe: string;
  failure: string | null;
  model_id: string | null;
  evaluation: string | null;
}

export interface NewRun {
  readonly id: RunId;
  readonly name: string;
  readonly createdAt: string;
  readonly folder: string;
  readonly reading: FolderReading;
  readonly description: string;
  readonly recipe: Recipe;
}

/** Trainings, kept for good, with what was measured on the way. */
export class RunRepository {
  readonly #database: Connection;
  #revision = 0;

  constructor(database: Connection) {
    this.#database = database;
  }

  /** FailureError `invalid-argument` where the id is another run's. */
  create({ id, name, createdAt, folder, reading, description, recipe }: NewRun): Run {
    if (this.find(id)) {
      throw new FailureError(
        'invalid-argument',
        `There is a training of the id ${id} already.`,
        'Nothing was changed: that training is in the list.',
      );
    }
    this.#database
      .prepare(
        "insert into run (id, name, created_at, folder, reading, description, recipe, state) values (?, ?, ?, ?, ?, ?, ?, 'queued')",
      )
      .run(id, name, createdAt, folder, JSON.stringify(reading), description, JSON.stringify(recipe));
    return this.get(id);
  }

  get(id: RunId): Run {
    const run = this.find(id);
    if (!run) throw new Error(`There is no run ${id}.`);
    return run;
  }

  find(id: string): Run | null {
    const row = this.#database.prepare<[string], RunRow>('select * from run where id = ?').get(id);
    return row ? this.#toRun(row) : null;
  }

  /** As `get`, for a person who may ask for one that is gone. FailureError `not-found`. */
  existing(id: RunId): Run {
    const run = this.find(id);
    if (!run)
      throw new FailureError('not-found', 'This training is not there any more.', 'Choose another one from the list.');
    return run;
  }

  /** Newest first. */
  list(): Run[] {
    return this.#database
      .prepare<[], RunRow>('select * from run order by created_at desc')
      .all()
      .map((row) => this.#toRun(row));
  }

  setState(id: RunId, state: JobState, failure: Failure | null = null): Run {
    const { state: stored, stopping } = toColumns(state);
    this.#database
      .prepare('update run set state = ?, stopping = ?, failure = ? where id = ?')
      .run(stored, stopping, failure ? JSON.stringify(failure) : null, id);
    return this.get(id);
  }

  setDone(id: RunId, model: ModelId, evaluation: Evaluation): Run {
    this.#database
      .prepare(
        "update run set state = 'done', stopping = null, failure = null, model_id = ?, evaluation = ? where id = ?",
      )
      .run(model, JSON.stringify(evaluation), id);
    this.#database.prepare('delete from checkpoint where run_id = ?').run(id);
    return this.get(id);
  }

  /** Runs that wait or are at work, oldest first. */
  active(): Run[] {
    return this.list()
      .filter(({ state }) => state === 'queued' || isAtWork(state))
      .reverse();
  }

  /** Keeps an epoch's figures with the checkpoint that was made after it. */
  addEpoch(id: RunId, metrics: EpochMetrics, { epoch, file, bytes }: Checkpoint): void {
    this.#database.transaction(() => {
      this.#database
        .prepare('insert or replace into epoch (run_id, number, step, metrics) values (?, ?, ?, ?)')
        .run(id, metrics.epoch, metrics.step, JSON.stringify(metrics));
      this.#database
        .prepare('insert or replace into checkpoint (run_id, epoch, file, bytes) values (?, ?, ?, ?)')
        .run(id, epoch, file, bytes);
    })();
  }

  addSteps(id: RunId, steps: readonly StepMetrics[]): void {
    const insert = this.#database.prepare(
      'insert or replace into step (run_id, number, loss, accuracy, learning_rate) values (?, ?, ?, ?, ?)',
    );
    this.#database.transaction(() => {
      for (const { step, loss, accuracy, learningRate } of steps) insert.run(id, step, loss, accuracy, learningRate);
    })();
  }

  /** Forgets what was measured after an epoch and its last step: the run goes on from there. */
  rewind(id: RunId, epoch: number, step: number): void {
    this.#database.transaction(() => {
      this.#database.prepare('delete from epoch where run_id = ? and number > ?').run(id, epoch);
      this.#database.prepare('delete from step where run_id = ? and number > ?').run(id, step);
    })();
  }

  /** In their order. */
  epochs(id: RunId): EpochMetrics[] {
    return this.#database
      .prepare<[string], { metrics: string }>('select metrics from epoch where run_id = ? order by number')
      .all(id)
      .map(({ metrics }) => epochMetricsSchema.parse(JSON.parse(metrics)));
  }

  /** In their order. */
  steps(id: RunId): StepMetrics[] {
    return this.#database
      .prepare(
        'select number as step, loss, accuracy, learning_rate as learningRate from step where run_id = ? order by number',
      )
      .all(id)
      .map((row) => stepMetricsSchema.parse(row));
  }

  checkpoint(id: RunId): Checkpoint | null {
    const row = this.#database.prepare('select epoch, file, bytes from checkpoint where run_id = ?').get(id);
    return row === undefined ? null : checkpointSchema.parse(row);
  }

  #toRun(row: RunRow): Run {
    const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
    return runSchema.parse({
      id: row.id,
      revision: ++this.#revision,
      name: row.name,
      createdAt: row.created_at,
      folder: row.folder,
      reading: json(row.reading),
      description: row.description,
      recipe: json(row.recipe),
      state: fromColumns(row),
      failure: json(row.failure),
      modelId: row.model_id,
      evaluation: json(row.evaluation),
    });
  }
}
