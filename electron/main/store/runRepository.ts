import type { Evaluation } from '#shared/domain/evaluation';
import type { ModelId, RunId } from '#shared/domain/ids';
import type { QuickRecipe } from '#shared/domain/recipe';
import { runSchema, type Run, type RunState } from '#shared/domain/run';
import type { Failure } from '#shared/ipc/failure';
import type { Connection } from './database';

interface RunRow {
  id: string;
  name: string;
  created_at: string;
  folder: string;
  recipe: string;
  state: string;
  failure: string | null;
  model_id: string | null;
  evaluation: string | null;
}

/** Trainings, kept for good. */
export class RunRepository {
  readonly #database: Connection;

  constructor(database: Connection) {
    this.#database = database;
  }

  create(run: { id: RunId; name: string; createdAt: string; folder: string; recipe: QuickRecipe }): Run {
    this.#database
      .prepare("insert into run (id, name, created_at, folder, recipe, state) values (?, ?, ?, ?, ?, 'queued')")
      .run(run.id, run.name, run.createdAt, run.folder, JSON.stringify(run.recipe));
    return this.get(run.id);
  }

  get(id: RunId): Run {
    const row = this.#database.prepare<[string], RunRow>('select * from run where id = ?').get(id);
    if (!row) throw new Error(`There is no run ${id}.`);
    return toRun(row);
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
      .prepare("update run set state = 'done', model_id = ?, evaluation = ? where id = ?")
      .run(model, JSON.stringify(evaluation), id);
    return this.get(id);
  }

  /** Runs that the end of the program cut: quick training starts anew, so they have failed. */
  failInterrupted(failure: Failure): void {
    this.#database
      .prepare("update run set state = 'failed', failure = ? where state in ('queued', 'running')")
      .run(JSON.stringify(failure));
  }
}

function toRun(row: RunRow): Run {
  const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return runSchema.parse({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    folder: row.folder,
    recipe: json(row.recipe),
    state: row.state,
    failure: json(row.failure),
    modelId: row.model_id,
    evaluation: json(row.evaluation),
  });
}
