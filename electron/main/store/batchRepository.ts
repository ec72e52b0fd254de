import { batchSchema, type Batch, type SetAsideFile } from '#shared/domain/batch';
import {
  batchIdSchema,
  contentHashSchema,
  slideIdSchema,
  type BatchId,
  type ModelId,
  type SlideId,
} from '#shared/domain/ids';
import type { Precision } from '#shared/domain/precision';
import { passedOverSchema, type PassedOver } from '#shared/domain/passedOver';
import { slideNames } from '#shared/domain/slideName';
import { isAtWork, type JobState } from '#shared/domain/jobState';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { FailureError, type Failure } from '#shared/domain/failure';
import type { Connection } from './database';
import { fromColumns, toColumns, type JobColumns } from './jobColumns';

interface BatchRow extends JobColumns {
  id: string;
  name: string;
  created_at: string;
  model_id: string;
  views: number;
  precision: string | null;
  sources: string;
  failure: string | null;
  walked: number;
  total: number;
  classified: number;
  duplicates: number;
  unreadable: number;
}

/** A file found by the walk. */
export interface FoundFile {
  readonly path: string;
  /** Relative to the parent of the folder that was dropped, with forward slashes. */
  readonly label: string;
  /** Folder that holds it: its slide. */
  readonly folder: string;
  /** Why it cannot be read, where the walk knows already. */
  readonly unreadable: string | null;
}

export interface PendingFile {
  readonly id: number;
  readonly path: string;
  readonly slideId: number;
}

/** What is to be classified, and how. */
interface BatchOrder {
  readonly sources: readonly string[];
  readonly modelId: ModelId;
  readonly views: Views;
  /** Null where it is chosen when the first image is classified. */
  readonly precision: Precision | null;
  readonly shard: string | null;
}

interface NewBatchRow extends BatchOrder {
  readonly id: BatchId;
  readonly name: string;
  readonly createdAt: string;
}

const SELECT = `select b.*, count(f.id) as total,
  coalesce(sum(f.state = 'classified'), 0) as classified, coalesce(sum(f.state = 'duplicate'), 0) as duplicates, coalesce(sum(f.state = 'unreadable'), 0) as unreadable
  from batch b left join batch_file f on f.batch_id = b.id`;

/** Batches and their files. */
export class BatchRepository {
  readonly #database: Connection;
  readonly #one;
  readonly #all;
  readonly #slide;
  readonly #newSlide;
  readonly #newFile;
  readonly #pending;
  readonly #settle;
  #revision = 0;

  constructor(database: Connection) {
    this.#database = database;
    this.#one = database.prepare<[string], BatchRow>(`${SELECT} where b.id = ? group by b.id`);
    this.#all = database.prepare<[], BatchRow>(`${SELECT} group by b.id order by b.created_at desc, b.rowid desc`);
    this.#slide = database.prepare<[string, string], { id: number }>(
      'select id from slide where batch_id = ? and folder = ?',
    );
    this.#newSlide = database.prepare<[string, string, string]>(
      'insert into slide (batch_id, name, folder) values (?, ?, ?)',
    );
    this.#newFile = database.prepare<[string, number, string, string, string, string | null]>(
      'insert into batch_file (batch_id, slide_id, path, label, state, reason) values (?, ?, ?, ?, ?, ?) on conflict (batch_id, path) do nothing',
    );
    this.#pending = database.prepare<[string, number, number], PendingFile>(
      "select id, path, slide_id as slideId from batch_file where batch_id = ? and state = 'pending' and id > ? order by id limit ?",
    );
    this.#settle = database.prepare<[string, string | null, string | null, number]>(
      "update batch_file set state = ?, reason = ?, hash = ? where id = ? and state = 'pending'",
    );
  }

  /** FailureError `invalid-argument` where the id is another batch's. */
  create({ id, name, createdAt, modelId, views, precision, sources, shard }: NewBatchRow): Batch {
    if (this.find(id)) {
      throw new FailureError(
        'invalid-argument',
        `There is a batch of the id ${id} already.`,
        'Nothing was changed: that batch is in the list.',
      );
    }
    this.#database
      .prepare(
        "insert into batch (id, name, created_at, model_id, views, precision, sources, shard, state) values (?, ?, ?, ?, ?, ?, ?, ?, 'queued')",
      )
      .run(id, name, createdAt, modelId, views, precision, JSON.stringify(sources), shard);
    return this.get(id);
  }

  find(id: BatchId): Batch | null {
    const row = this.#one.get(id);
    return row ? this.#toBatch(row) : null;
  }

  get(id: BatchId): Batch {
    const batch = this.find(id);
    if (!batch) throw new Error(`There is no batch ${id}.`);
    return batch;
  }

  /** As `get`, for a person who may ask for one that is gone. FailureError `not-found`. */
  existing(id: BatchId): Batch {
    const batch = this.find(id);
    if (!batch)
      throw new FailureError('not-found', 'This batch is not there any more.', 'Choose another one from the list.');
    return batch;
  }

  list(): Batch[] {
    return this.#all.all().map((row) => this.#toBatch(row));
  }

  /** The newest batch of these sources, model, views, shard and (where one is given) precision that is not finished, or whose results were not written, if there is one. */
  findUnfinished({ sources, modelId, views, precision, shard }: BatchOrder): Batch | null {
    const row = this.#database
      .prepare<[string, string, number, string | null, string | null, string | null], { id: string }>(
        "select id from batch where sources = ? and model_id = ? and views = ? and shard is ? and (? is null or precision = ?) and (state in ('queued', 'running', 'paused', 'failed') or state = 'done' and results_due = 1) order by created_at desc limit 1",
      )
      .get(JSON.stringify(sources), modelId, views, shard, precision, precision);
    return row ? this.find(batchIdSchema.parse(row.id)) : null;
  }

  /** Remembers whether a command is still to write the batch's results: until then the batch is found by its order. */
  setResultsDue(id: BatchId, isDue: boolean): void {
    this.#database.prepare('update batch set results_due = ? where id = ?').run(isDue ? 1 : 0, id);
  }

  shardOf(id: BatchId): string | null {
    return (
      this.#database.prepare<[string], { shard: string | null }>('select shard from batch where id = ?').get(id)
        ?.shard ?? null
    );
  }

  /** Gives the batch its precision, unless it has one; gives the one that it has then. */
  setPrecision(id: BatchId, precision: Precision): Precision {
    this.#database.prepare('update batch set precision = ? where id = ? and precision is null').run(precision, id);
    return this.get(id).precision ?? precision;
  }

  setState(id: BatchId, state: JobState, failure: Failure | null = null): Batch {
    const { state: stored, stopping } = toColumns(state);
    this.#database
      .prepare('update batch set state = ?, stopping = ?, failure = ? where id = ?')
      .run(stored, stopping, failure ? JSON.stringify(failure) : null, id);
    return this.get(id);
  }

  /** Batches that wait or are at work, oldest first. */
  active(): Batch[] {
    return this.list()
      .filter(({ state }) => state === 'queued' || isAtWork(state))
      .reverse();
  }

  /** Adds files that the walk found; one that is listed already stays as it is. */
  addFiles(id: BatchId, files: readonly FoundFile[]): void {
    this.#database.transaction(() => {
      for (const { path, label, folder, unreadable } of files) {
        const [name = folder] = slideNames([folder]);
        const slide = this.#slide.get(id, folder)?.id ?? Number(this.#newSlide.run(id, name, folder).lastInsertRowid);
        this.#newFile.run(id, slide, path, label, unreadable === null ? 'pending' : 'unreadable', unreadable);
      }
    })();
  }

  /** Keeps what the walk passed over, and gives the slides names that tell them apart, now that all are known. */
  setWalked(id: BatchId, passedOver: readonly PassedOver[]): void {
    this.#database.transaction(() => {
      this.#nameSlides(id);
      const insert = this.#database.prepare(
        'insert or replace into passed_over (batch_id, what, reason, count, is_least) values (?, ?, ?, ?, ?)',
      );
      for (const { what, reason, count, isLeast } of passedOver) insert.run(id, what, reason, count, isLeast ? 1 : 0);
      this.#database.prepare('update batch set walked = 1 where id = ?').run(id);
    })();
  }

  /** What the walk passed over, the most frequent first. */
  passedOver(id: BatchId): PassedOver[] {
    return this.#database
      .prepare<[string], { what: string; reason: string; count: number; is_least: number }>(
        'select what, reason, count, is_least from passed_over where batch_id = ? order by count desc, what',
      )
      .all(id)
      .map(({ is_least, ...row }) => passedOverSchema.parse({ ...row, isLeast: is_least === 1 }));
  }

  #nameSlides(id: BatchId): void {
    const slides = this.#database
      .prepare<[string], { id: number; name: string; folder: string }>(
        'select id, name, folder from slide where batch_id = ?',
      )
      .all(id);
    const rename = this.#database.prepare('update slide set name = ? where id = ?');
    for (const [index, name] of slideNames(slides.map(({ folder }) => folder)).entries()) {
      const slide = slides[index];
      if (slide && slide.name !== name) rename.run(name, slide.id);
    }
  }

  /** Up to `limit` files that wait, in the order they were found, after the file `after`. */
  pending(id: BatchId, after: number, limit: number): PendingFile[] {
    return this.#pending.all(id, after, limit);
  }

  /** Marks a waiting file as unreadable. */
  setUnreadable(file: number, reason: string): void {
    this.#settle.run('unreadable', reason, null, file);
  }

  setDuplicate(file: number, reason: string, hash: string): void {
    this.#settle.run('duplicate', reason, hash, file);
  }

  setClassified(file: number, hash: string): void {
    this.#settle.run('classified', null, hash, file);
  }

  /** Files that were set aside, by slide and path. */
  setAside(id: BatchId): SetAsideFile[] {
    return this.#database
      .prepare<
        [string],
        { slide_id: number; path: string; state: 'unreadable' | 'duplicate'; reason: string; hash: string | null }
      >(
        "select slide_id, path, state, reason, hash from batch_file where batch_id = ? and state in ('unreadable', 'duplicate') order by slide_id, path",
      )
      .all(id)
      .map(({ slide_id, path, state, reason, hash }) => ({
        slideId: slideIdSchema.parse(slide_id),
        path,
        kind: state,
        reason,
        hash: hash === null ? null : contentHashSchema.parse(hash),
      }));
  }

  slideName(file: number): string {
    return (
      this.#database
        .prepare<[number], { name: string }>(
          'select s.name from slide s join batch_file f on f.slide_id = s.id where f.id = ?',
        )
        .get(file)?.name ?? ''
    );
  }

  batchOfSlide(slide: SlideId): BatchId {
    const row = this.#database
      .prepare<[number], { batch_id: string }>('select batch_id from slide where id = ?')
      .get(slide);
    if (!row) throw new Error(`There is no slide ${String(slide)}.`);
    return batchIdSchema.parse(row.batch_id);
  }

  #toBatch(row: BatchRow): Batch {
    return batchSchema.parse({
      id: row.id,
      revision: ++this.#revision,
      name: row.name,
      createdAt: row.created_at,
      modelId: row.model_id,
      views: row.views,
      precision: row.precision,
      sources: JSON.parse(row.sources) as unknown,
      state: fromColumns(row),
      failure: row.failure === null ? null : (JSON.parse(row.failure) as unknown),
      walked: row.walked === 1,
      total: row.total,
      classified: row.classified,
      duplicates: row.duplicates,
      unreadable: row.unreadable,
    });
  }
}
