import type { Cell } from '#shared/domain/cell';
import type { CellId } from '#shared/domain/ids';

/** Which of the cells shown are selected, and which one is current. */
export class Selection {
  ids = $state.raw<ReadonlySet<CellId>>(new Set());
  /** Place of the current cell among those shown. */
  cursor = $state(0);
  /** Counts the times that a person, or what they asked for, put the cursor somewhere: it is to be seen there. */
  moves = $state(0);
  /** Where a selection that grows with Shift began. */
  #anchor = 0;
  readonly #shown: () => readonly Cell[];

  constructor(shown: () => readonly Cell[]) {
    this.#shown = shown;
  }

  get current(): Cell | null {
    return this.#shown()[this.cursor] ?? null;
  }

  select(index: number): void {
    this.#move(index);
    this.#anchor = index;
    const cell = this.#shown()[index];
    this.ids = new Set(cell && [cell.id]);
  }

  /** Everything from where the selection began to here. */
  extendTo(index: number): void {
    this.#move(index);
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    this.ids = new Set(
      this.#shown()
        .slice(from, to + 1)
        .map(({ id }) => id),
    );
  }

  toggle(index: number): void {
    this.#move(index);
    this.#anchor = index;
    const cell = this.#shown()[index];
    if (!cell) return;
    const ids = new Set(this.ids);
    if (!ids.delete(cell.id)) ids.add(cell.id);
    this.ids = ids;
  }

  selectAll(): void {
    this.ids = new Set(this.#shown().map(({ id }) => id));
  }

  /** Selects these cells, the first of them current; false, and nothing changes, if none is shown. */
  selectCells(ids: ReadonlySet<CellId>): boolean {
    const first = this.#shown().findIndex(({ id }) => ids.has(id));
    if (first < 0) return false;
    this.select(first);
    this.ids = ids;
    return true;
  }

  /** Runs a change after which other cells may be shown, and finds the places of those that stay again. */
  keepThrough(change: () => void): void {
    const [current, anchor] = [this.current?.id, this.#shown()[this.#anchor]?.id];
    change();
    const placeOf = (id: CellId | undefined): number => this.#shown().findIndex((cell) => cell.id === id);
    const cursor = placeOf(current);
    if (cursor < 0) {
      this.select(Math.max(0, Math.min(this.cursor, this.#shown().length - 1)));
      return;
    }
    const start = placeOf(anchor);
    this.cursor = cursor;
    this.#anchor = start < 0 ? cursor : start;
  }

  #move(index: number): void {
    this.cursor = index;
    this.moves++;
  }
}
