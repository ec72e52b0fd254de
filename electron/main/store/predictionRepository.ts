import { join } from 'node:path';
import { pathOf } from '#shared/domain/filePath';
import { contentHashSchema, type ContentHash, type ModelId, type PredictionId, type RunId } from '#shared/domain/ids';
import { predictionSchema, type ImagePrediction, type Prediction } from '#shared/domain/prediction';
import type { Connection } from './database';

const COLUMNS = 'p.id, p.path, p.truth, p.predicted, p.probability';

/** A cell of a confusion matrix. */
export interface MatrixCell {
  readonly truth: string;
  readonly predicted: string;
}

/** What trainings called single images. Paths that come in are relative to the run's folder. */
export class PredictionRepository {
  readonly #database: Connection;
  readonly #insert;

  constructor(database: Connection) {
    this.#database = database;
    this.#insert = database.prepare<[string, number | null, string, string, string, string, number]>(
      'insert or replace into prediction (run_id, epoch, path, hash, truth, predicted, probability) values (?, ?, ?, ?, ?, ?, ?)',
    );
  }

  /** Adds a portion of what the finished model of a run called the locked part; an image that is there already is told again. */
  add(run: RunId, predictions: readonly ImagePrediction[]): void {
    this.#add(run, null, predictions);
  }

  /** Forgets what a model of this run called the locked part. */
  forget(run: RunId): void {
    this.#database.prepare('delete from prediction where run_id = ? and epoch is null').run(run);
  }

  /** Puts the mistakes after an epoch in the place of those before, and gives them as they are kept. */
  setMistakes(run: RunId, epoch: number, mistakes: readonly ImagePrediction[]): Prediction[] {
    this.#database.transaction(() => {
      this.#database.prepare('delete from prediction where run_id = ? and epoch is not null').run(run);
      this.#add(run, epoch, mistakes);
    })();
    return this.mistakes(run);
  }

  /** Forgets mistakes after a later epoch than this: the run goes on from there. */
  rewind(run: RunId, epoch: number): void {
    this.#database.prepare('delete from prediction where run_id = ? and epoch > ?').run(run, epoch);
  }

  /** What was called wrong on the validation part after the newest epoch, the most confident first. */
  mistakes(run: RunId): Prediction[] {
    return this.#database
      .prepare(
        `select ${COLUMNS} from prediction p where p.run_id = ? and p.epoch is not null order by p.probability desc`,
      )
      .all(run)
      .map((row) => predictionSchema.parse(row));
  }

  /** Whether it is known what a model called each image of its locked part. */
  knows(model: ModelId): boolean {
    return (
      this.#database
        .prepare(
          'select 1 from prediction p join run r on r.id = p.run_id where r.model_id = ? and p.epoch is null limit 1',
        )
        .get(model) !== undefined
    );
  }

  /** Up to `limit` images behind a cell of a model's confusion matrix, after this one (null: from the first), in the order of their ids. */
  ofModel(model: ModelId, { truth, predicted }: MatrixCell, after: PredictionId | null, limit: number): Prediction[] {
    return this.#database
      .prepare(
        `select ${COLUMNS} from prediction p join run r on r.id = p.run_id
         where r.model_id = ? and p.truth = ? and p.predicted = ? and p.epoch is null and p.id > ? order by p.id limit ?`,
      )
      .all(model, truth, predicted, after ?? 0, limit)
      .map((row) => predictionSchema.parse(row));
  }

  /** Where the image lies, and what it held when it was trained on; null if there is none of this id. */
  image(id: PredictionId): { readonly path: string; readonly hash: ContentHash } | null {
    const row = this.#database
      .prepare<[number], { folder: string; path: string; hash: string }>(
        'select r.folder, p.path, p.hash from prediction p join run r on r.id = p.run_id where p.id = ?',
      )
      .get(id);
    return row ? { path: join(pathOf(row.folder), row.path), hash: contentHashSchema.parse(row.hash) } : null;
  }

  #add(run: RunId, epoch: number | null, predictions: readonly ImagePrediction[]): void {
    this.#database.transaction(() => {
      for (const { path, hash, truth, predicted, probability } of predictions)
        this.#insert.run(run, epoch, path, hash, truth, predicted, probability);
    })();
  }
}
