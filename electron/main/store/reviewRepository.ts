import { reviewEventSchema, type CellStatus, type ReviewDecision, type ReviewEvent } from '#shared/domain/cell';
import { cellIdSchema, slideIdSchema, type BatchId, type CellId, type SlideId } from '#shared/domain/ids';
import type { Connection } from './database';

interface StateRow {
  id: number;
  machine_class: string | null;
  class: string | null;
  status: CellStatus;
}

interface Change {
  readonly id: number;
  readonly action: string;
  readonly answers: number | null;
}

interface EventRow {
  cell_id: number;
  from_class: string | null;
  from_status: string;
  to_class: string | null;
  to_status: string;
}

/** What people said of cells: append-only. */
export class ReviewRepository {
  readonly #database: Connection;

  constructor(database: Connection) {
    this.#database = database;
  }

  /** Applies a decision to cells as one change, to each once however often it is named; gives the cells that it changed (none: nothing is recorded). */
  decide(batch: BatchId, cells: readonly CellId[], decision: ReviewDecision, who: string): CellId[] {
    return this.#database.transaction(() => {
      const states = this.#database
        .prepare<[string, string], StateRow>(
          // In this order: begun from the files of the batch, it would go through the whole list for each of them.
          `select c.id, c.machine_class, c.class, c.status from json_each(?) chosen cross join cell c on c.id = chosen.value
           cross join batch_file f on f.id = c.file_id where f.batch_id = ?`,
        )
        .all(JSON.stringify([...new Set(cells)]), batch);
      const moves = states.flatMap((from): EventRow[] => {
        const to = outcome(from, decision);
        if (!to || (to.class === from.class && to.status === from.status)) return [];
        return [
          {
            cell_id: from.id,
            from_class: from.class,
            from_status: from.status,
            to_class: to.class,
            to_status: to.status,
          },
        ];
      });
      return this.#record(batch, decision.kind === 'confirm' ? 'confirm' : 'correct', null, moves, who);
    })();
  }

  /** Undoes the last change that stands; none left: no cells. */
  undo(batch: BatchId, who: string): CellId[] {
    return this.#database.transaction(() => {
      const change = this.#stacks(batch).done.at(-1);
      if (change === undefined) return [];
      return this.#record(batch, 'undo', change, this.#events(change).map(reversed), who);
    })();
  }

  /** Does again what was undone last, unless something else was done since. */
  redo(batch: BatchId, who: string): CellId[] {
    return this.#database.transaction(() => {
      const change = this.#stacks(batch).undone.at(-1);
      if (change === undefined) return [];
      return this.#record(batch, 'redo', change, this.#events(change), who);
    })();
  }

  can(batch: BatchId): { canUndo: boolean; canRedo: boolean } {
    const { done, undone } = this.#stacks(batch);
    return { canUndo: done.length > 0, canRedo: undone.length > 0 };
  }

  /** Who confirmed or corrected cells of each slide, by name; somebody without a name is left out. */
  reviewers(batch: BatchId): Map<SlideId, string[]> {
    const bySlide = new Map<SlideId, string[]>();
    const rows = this.#database
      .prepare<[string], { slide_id: number; who: string }>(
        `select distinct c.slide_id, r.who from review_change r join review_event e on e.change_id = r.id join cell c on c.id = e.cell_id
         where r.batch_id = ? and r.action in ('confirm', 'correct') and r.who <> '' order by r.who`,
      )
      .all(batch);
    for (const { slide_id, who } of rows) {
      const slide = slideIdSchema.parse(slide_id);
      bySlide.set(slide, [...(bySlide.get(slide) ?? []), who]);
    }
    return bySlide;
  }

  /** Of one cell, oldest first. */
  history(cell: CellId): ReviewEvent[] {
    return this.#database
      .prepare<[number], EventRow & { at: string; who: string; action: string }>(
        'select e.*, r.at, r.who, r.action from review_event e join review_change r on r.id = e.change_id where e.cell_id = ? order by r.id',
      )
      .all(cell)
      .map((row) =>
        reviewEventSchema.parse({
          at: row.at,
          who: row.who,
          action: row.action,
          fromClassId: row.from_class,
          fromStatus: row.from_status,
          toClassId: row.to_class,
          toStatus: row.to_status,
        }),
      );
  }

  /** The changes that stand and those that can be done again, from the record of all that happened. */
  #stacks(batch: BatchId): { done: number[]; undone: number[] } {
    const done: number[] = [];
    let undone: number[] = [];
    const changes = this.#database
      .prepare<[string], Change>('select id, action, answers from review_change where batch_id = ? order by id')
      .all(batch);
    for (const { id, action, answers } of changes) {
      if (action === 'undo' && answers !== null) {
        done.pop();
        undone.push(answers);
      } else if (action === 'redo' && answers !== null) {
        undone.pop();
        done.push(answers);
      } else {
        done.push(id);
        undone = [];
      }
    }
    return { done, undone };
  }

  #events(change: number): EventRow[] {
    return this.#database.prepare<[number], EventRow>('select * from review_event where change_id = ?').all(change);
  }

  #record(batch: BatchId, action: string, answers: number | null, moves: readonly EventRow[], who: string): CellId[] {
    if (moves.length === 0) return [];
    const change = this.#database
      .prepare('insert into review_change (batch_id, at, who, action, answers) values (?, ?, ?, ?, ?)')
      .run(batch, new Date().toISOString(), who, action, answers).lastInsertRowid;
    const event = this.#database.prepare(
      'insert into review_event (change_id, cell_id, from_class, from_status, to_class, to_status) values (?, ?, ?, ?, ?, ?)',
    );
    const cell = this.#database.prepare('update cell set class = ?, status = ? where id = ?');
    for (const move of moves) {
      event.run(change, move.cell_id, move.from_class, move.from_status, move.to_class, move.to_status);
      cell.run(move.to_class, move.to_status, move.cell_id);
    }
    return moves.map((move) => cellIdSchema.parse(move.cell_id));
  }
}

/** What a decision makes of a cell; null where it says nothing: an unidentified cell cannot be confirmed. */
function outcome(from: StateRow, decision: ReviewDecision): { class: string | null; status: CellStatus } | null {
  if (decision.kind === 'confirm' && from.class === null) return null;
  const decided = decision.kind === 'confirm' ? from.class : decision.kind === 'class' ? decision.classId : null;
  return { class: decided, status: decided === from.machine_class ? 'confirmed' : 'corrected' };
}

function reversed(event: EventRow): EventRow {
  return {
    cell_id: event.cell_id,
    from_class: event.to_class,
    from_status: event.to_status,
    to_class: event.from_class,
    to_status: event.from_status,
  };
}
