import { slideSchema, type Slide } from '#shared/domain/batch';
import type { BatchId, SlideId } from '#shared/domain/ids';
import { valueRangeSchema, type ValueRange } from '#shared/domain/valueRange';
import type { Connection } from './database';

interface SlideRow {
  id: number;
  batch_id: string;
  name: string;
  folder: string;
  files: number;
  classified: number;
  duplicates: number;
  unreadable: number;
}

interface RangeRow {
  slide_id: number;
  stored_as: string;
  low: number;
  high: number;
  source: string;
}

interface CountRow {
  slide_id: number;
  machine_class: string | null;
  class: string | null;
  seen: number;
  n: number;
  picture: number;
  no_class: number;
  swapped: number;
  field: number;
}

/** Slides with their numbers of cells. */
export class SlideRepository {
  readonly #database: Connection;

  constructor(database: Connection) {
    this.#database = database;
  }

  ofBatch(batch: BatchId): Slide[] {
    return this.#read('s.batch_id = ?', [batch]);
  }

  byIds(ids: readonly SlideId[]): Slide[] {
    return ids.length === 0 ? [] : this.#read('s.id in (select value from json_each(?))', [JSON.stringify(ids)]);
  }

  /** Keeps how the values of the slide's deep images are read. The first range of a kind stays. */
  addValueRange(file: number, { values, low, high, from }: ValueRange): void {
    this.#database
      .prepare<[string, number, number, string, number]>(
        `insert into slide_value_range (slide_id, stored_as, low, high, source)
         select slide_id, ?, ?, ?, ? from batch_file where id = ? on conflict do nothing`,
      )
      .run(values, low, high, from, file);
  }

  /** The ranges of a batch's deep images, by slide. */
  valueRanges(batch: BatchId): Map<number, ValueRange[]> {
    return this.#ranges('s.batch_id = ?', [batch]);
  }

  #ranges(condition: string, parameters: readonly string[]): Map<number, ValueRange[]> {
    const ranges = new Map<number, ValueRange[]>();
    const rows = this.#database
      .prepare<unknown[], RangeRow>(
        `select r.* from slide_value_range r join slide s on s.id = r.slide_id where ${condition} order by r.slide_id, r.stored_as`,
      )
      .all(...parameters);
    for (const { slide_id, stored_as, low, high, source } of rows) {
      const range = valueRangeSchema.parse({ values: stored_as, low, high, from: source });
      ranges.set(slide_id, [...(ranges.get(slide_id) ?? []), range]);
    }
    return ranges;
  }

  #read(condition: string, parameters: readonly string[]): Slide[] {
    const slides = this.#database
      .prepare<unknown[], SlideRow>(
        `select s.id, s.batch_id, s.name, s.folder, count(f.id) as files, coalesce(sum(f.state = 'classified'), 0) as classified,
           coalesce(sum(f.state = 'duplicate'), 0) as duplicates, coalesce(sum(f.state = 'unreadable'), 0) as unreadable
         from slide s left join batch_file f on f.slide_id = s.id where ${condition} group by s.id order by s.id`,
      )
      .all(...parameters);
    const counts = this.#database
      .prepare<unknown[], CountRow>(
        `select c.slide_id, c.machine_class, c.class, sum(c.status in ('confirmed', 'corrected')) as seen, count(*) as n,
           sum(c.unlike like '%"picture"%') as picture, sum(c.unlike like '%"class"%') as no_class,
           sum(c.unlike like '%"swapped"%') as swapped, sum(c.unlike like '%"field"%') as field
         from cell c join slide s on s.id = c.slide_id where ${condition} group by c.slide_id, c.machine_class, c.class`,
      )
      .all(...parameters);
    const ranges = this.#ranges(condition, parameters);
    return slides.map((row) =>
      toSlide(
        row,
        ranges.get(row.id) ?? [],
        counts.filter((each) => each.slide_id === row.id),
      ),
    );
  }
}

function toSlide(row: SlideRow, valueRanges: readonly ValueRange[], counts: readonly CountRow[]): Slide {
  const sum = (key: 'machine_class' | 'class'): Record<string, number> => {
    const sums = new Map<string, number>();
    for (const each of counts) {
      const classId = each[key];
      if (classId !== null) sums.set(classId, (sums.get(classId) ?? 0) + each.n);
    }
    return Object.fromEntries(sums);
  };
  const without = (key: 'machine_class' | 'class'): number =>
    counts.reduce((total, each) => total + (each[key] === null ? each.n : 0), 0);
  return slideSchema.parse({
    id: row.id,
    batchId: row.batch_id,
    name: row.name,
    folder: row.folder,
    files: row.files,
    classified: row.classified,
    duplicates: row.duplicates,
    unreadable: row.unreadable,
    valueRanges,
    counts: {
      machine: sum('machine_class'),
      reviewed: sum('class'),
      machineUnidentified: without('machine_class'),
      reviewedUnidentified: without('class'),
      unlike: {
        picture: total(counts, 'picture'),
        class: total(counts, 'no_class'),
        swapped: total(counts, 'swapped'),
        field: total(counts, 'field'),
      },
      seen: total(counts, 'seen'),
    },
  });
}

function total(counts: readonly CountRow[], key: 'picture' | 'no_class' | 'swapped' | 'field' | 'seen'): number {
  return counts.reduce((sum, each) => sum + each[key], 0);
}
