import { cellSchema, type Cell, type CellDetail } from '#shared/domain/cell';
import {
  cellIdSchema,
  contentHashSchema,
  modelIdSchema,
  type BatchId,
  type CellId,
  type ContentHash,
  type SlideId,
} from '#shared/domain/ids';
import type { Unlike } from '#shared/domain/unlike';
import { viewsSchema } from '#shared/domain/testTimeAugmentation';
import type { Connection } from './database';

interface CellRow {
  id: number;
  slide_id: number;
  hash: string;
  path: string;
  class: string | null;
  top_class: string;
  confidence: number;
  status: string;
  unfamiliar: number;
  unlike: string;
}

/** What classification found out about one file. */
export interface NewCell {
  readonly file: number;
  readonly hash: ContentHash;
  readonly stored: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly topClassId: string;
  readonly confidence: number;
  /** Whether it is unlike what the model learned from. */
  readonly unfamiliar: boolean;
  readonly unlike: readonly Unlike[];
  /** Null below the model's threshold, and where it is unfamiliar. */
  readonly classId: string | null;
  readonly probabilities: Float32Array;
}

/** One line of an export. */
export interface CellRecord {
  readonly file: string;
  readonly hash: ContentHash;
  readonly slide: string;
  readonly classId: string | null;
  readonly topClassId: string;
  readonly confidence: number;
  readonly status: string;
  readonly unfamiliar: boolean;
  readonly unlike: readonly Unlike[];
  readonly probabilities: Float32Array;
}

const COLUMNS =
  'c.id, c.slide_id, c.hash, f.path, c.class, c.top_class, c.confidence, c.status, c.unfamiliar, c.unlike';

/** Cells and the images they are pictures of. */
export class CellRepository {
  readonly #database: Connection;
  readonly #image;
  readonly #insert;
  readonly #same;

  constructor(database: Connection) {
    this.#database = database;
    this.#image = database.prepare<[string, string, number, number, number]>(
      'insert into image (hash, stored, bytes, width, height) values (?, ?, ?, ?, ?) on conflict do nothing',
    );
    this.#insert = database.prepare<
      [string, string, number, string | null, Uint8Array, string | null, string, number, string, number]
    >(
      `insert into cell (slide_id, file_id, hash, top_class, confidence, machine_class, probabilities, class, status, unfamiliar, unlike)
       select slide_id, id, ?, ?, ?, ?, ?, ?, ?, ?, ? from batch_file where id = ? and state = 'pending'`,
    );
    this.#same = database.prepare<[number, string], { path: string }>(
      `select f.path from cell c join batch_file f on f.id = c.file_id
       where c.slide_id = (select slide_id from batch_file where id = ?) and c.hash = ?`,
    );
  }

  /** Path of the file whose cell in the same slide has this content, or null. */
  sameContent(file: number, hash: ContentHash): string | null {
    return this.#same.get(file, hash)?.path ?? null;
  }

  /** Adds a cell for a waiting file; null if the file was settled before. */
  add(cell: NewCell): CellId | null {
    this.#image.run(cell.hash, cell.stored, cell.bytes, cell.width, cell.height);
    const { probabilities } = cell;
    const blob = Buffer.from(probabilities.buffer, probabilities.byteOffset, probabilities.byteLength);
    const status = cell.classId === null ? 'unidentified' : 'classified';
    const result = this.#insert.run(
      cell.hash,
      cell.topClassId,
      cell.confidence,
      cell.classId,
      blob,
      cell.classId,
      status,
      cell.unfamiliar ? 1 : 0,
      JSON.stringify(cell.unlike),
      cell.file,
    );
    return result.changes === 1 ? cellIdSchema.parse(Number(result.lastInsertRowid)) : null;
  }

  /** Up to `limit` cells of a slide, after the one of this content (null: from the first): by content hash, which the store has in order. */
  ofSlide(slide: SlideId, after: ContentHash | null, limit: number): Cell[] {
    return this.#database
      .prepare<[number, string, number], CellRow>(
        `select ${COLUMNS} from cell c join batch_file f on f.id = c.file_id where c.slide_id = ? and c.hash > ? order by c.hash limit ?`,
      )
      .all(slide, after ?? '', limit)
      .map(toCell);
  }

  byIds(ids: readonly CellId[]): Cell[] {
    return this.#database
      .prepare<[string], CellRow>(
        `select ${COLUMNS} from cell c join batch_file f on f.id = c.file_id where c.id in (select value from json_each(?)) order by c.id`,
      )
      .all(JSON.stringify(ids))
      .map(toCell);
  }

  /** Everything about a cell but its model's name and its history; null if there is none. */
  detail(
    id: CellId,
  ): (Omit<CellDetail, 'modelName' | 'history' | 'probabilities'> & { probabilities: Float32Array }) | null {
    const row = this.#database
      .prepare<
        [number],
        CellRow & { width: number; height: number; model_id: string; views: number; probabilities: Buffer }
      >(
        `select ${COLUMNS}, c.probabilities, i.width, i.height, b.model_id, b.views from cell c join batch_file f on f.id = c.file_id
         join image i on i.hash = c.hash join batch b on b.id = f.batch_id where c.id = ?`,
      )
      .get(id);
    if (!row) return null;
    const { path, width, height } = row;
    return {
      cell: toCell(row),
      path,
      width,
      height,
      modelId: modelIdSchema.parse(row.model_id),
      views: viewsSchema.parse(row.views),
      probabilities: toFloats(row.probabilities),
    };
  }

  /** Cells of a batch (of one slide, if named), in the order of their files, one at a time. */
  *records(batch: BatchId, slide: SlideId | null): Generator<CellRecord> {
    const rows = this.#database
      .prepare<
        [string, number | null, number | null],
        CellRow & { label: string; slide: string; probabilities: Buffer }
      >(
        `select ${COLUMNS}, f.label, s.name as slide, c.probabilities from cell c join batch_file f on f.id = c.file_id join slide s on s.id = c.slide_id
         where f.batch_id = ? and (? is null or c.slide_id = ?) order by f.id`,
      )
      .iterate(batch, slide, slide);
    for (const row of rows) {
      yield {
        file: row.label,
        hash: contentHashSchema.parse(row.hash),
        slide: row.slide,
        classId: row.class,
        topClassId: row.top_class,
        confidence: row.confidence,
        status: row.status,
        unfamiliar: row.unfamiliar === 1,
        unlike: toUnlike(row.unlike),
        probabilities: toFloats(row.probabilities),
      };
    }
  }

  /** Name in the image store of an image, or null. */
  stored(hash: ContentHash): string | null {
    return (
      this.#database.prepare<[string], { stored: string }>('select stored from image where hash = ?').get(hash)
        ?.stored ?? null
    );
  }
}

function toCell(row: CellRow): Cell {
  return cellSchema.parse({
    id: row.id,
    slideId: row.slide_id,
    hash: row.hash,
    file: row.path.slice(Math.max(row.path.lastIndexOf('/'), row.path.lastIndexOf('\\')) + 1),
    classId: row.class,
    topClassId: row.top_class,
    confidence: row.confidence,
    status: row.status,
    unfamiliar: row.unfamiliar === 1,
    unlike: toUnlike(row.unlike),
  });
}

function toUnlike(text: string): readonly Unlike[] {
  return cellSchema.shape.unlike.parse(JSON.parse(text));
}

function toFloats(blob: Buffer): Float32Array {
  return new Float32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength));
}
