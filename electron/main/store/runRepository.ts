import type { Evaluation } from '#shared/domain/evaluation';
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
  type RunState,
  type StepMetrics,
} from '#shared/domain/run';
import type { Failure } from '#shared/domain/failure';
import type { Connection } from './database';

interface RunRow {
  id: string;
  name: string;
  created_at: string;
  folder: string;
  description: string;
  recipe: string;
  state: string;
  failure: string | null;
  model_id: string | null;
  evaluation: string | null;
}

export interface NewRun {
  readonly id: RunId;
  readonly name: string;
  readonly createdAt: string;
  readonly folder: string;
  readonly description: string;
  readonly recipe: Recipe;
}

/** Trainings, kept for good, with what was measured on the way. */
export class RunRepository {
  readonly #database: Connection;

  constructor(database: Connection) {
    this.#database = database;
  }

  create({ id, name, createdAt, folder, description, recipe }: NewRun): Run {
    this.#database
      .prepare(
        "insert into run (id, name, created_at, folder, description, recipe, state) values (?, ?, ?, ?, ?, ?, 'queued')",
      )
      .run(id, name, createdAt, folder, description, JSON.stringify(recipe));
    return this.get(id);
  }

  get(id: RunId): Run {
    const run = this.find(id);
    if (!run) throw new Error(`There is no run ${id}.`);
    return run;
  }

  find(id: string): Run | null {
    const row = this.#database.prepare<[string], RunRow>('select * from run where id = ?').get(id);
    return row ? toRun(row) : null;
  }

  /** Newest first. */
  list(): Run[] {
    return this.#database.prepare<[], RunRow>('select * from run order by created_at desc').all().map(toRun);
  }

  setState(id: RunId, state: RunState, failure: Failure | null = null): Run {
    this.#database
      .prepare('update run set state = ?, failure = ? where id = ?')
      .run(state, failure ? JSON.stringify(failure) : null, id);
    return this.get(id);
  }

  setDone(id: RunId, model: ModelId, evaluation: Evaluation): Run {
    this.#database
      .prepare("update run set state = 'done', failure = null, model_id = ?, evaluation = ? where id = ?")
      .run(model, JSON.stringify(evaluation), id);
    this.#database.prepare('delete from checkpoint where run_id = ?').run(id);
    return this.get(id);
  }

  /** Fails the quick trainings that the end of the program cut: they keep no checkpoint, and start anew. */
  failInterrupted(failure: Failure): void {
    for (const { id, recipe } of this.#cut()) if (recipe.kind === 'quick') this.setState(id, 'failed', failure);
  }

  /** Runs that the end of the program cut and that can go on, oldest first. */
  interrupted(): Run[] {
    return this.#cut().filter(({ recipe }) => recipe.kind !== 'quick');
  }

  #cut(): Run[] {
    return this.list()
      .reverse()
      .filter(({ state }) => state === 'queued' || state === 'running');
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
}

function toRun(row: RunRow): Run {
  const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return runSchema.parse({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    folder: row.folder,
    description: row.description,
    recipe: json(row.recipe),
    state: row.state,
    failure: json(row.failure),
    modelId: row.model_id,
    evaluation: json(row.evaluation),
  });
}
