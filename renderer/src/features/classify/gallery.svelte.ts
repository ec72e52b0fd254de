import { SvelteSet } from 'svelte/reactivity';
import type { Cell, ReviewDecision } from '#shared/domain/cell';
import { inReportOrder } from '#shared/domain/cellClass';
import type { BatchId, CellId, SlideId } from '#shared/domain/ids';
import { call, follow } from '../../lib/bridge';
import { notices } from '../../lib/notices.svelte';

/** Which cells are shown: all, those of a class, or those without one. */
export type Tab =
  { readonly kind: 'all' } | { readonly kind: 'class'; readonly classId: string } | { readonly kind: 'unidentified' };

/** The cells of one slide: their order, what is shown, what is selected, and what a person does to them. */
export class Gallery {
  batchId = $state<BatchId | null>(null);
  slideId = $state<SlideId | null>(null);
  cells = $state.raw<ReadonlyMap<CellId, Cell>>(new Map());
  /** Fixed until a person asks to sort again: nothing jumps. New cells join at the end. */
  order = $state.raw<readonly CellId[]>([]);
  /** Cells that joined since the last sorting. */
  joined = $state(0);
  tab = $state.raw<Tab>({ kind: 'all' });
  readonly selected = new SvelteSet<CellId>();
  cursor = $state(0);
  canUndo = $state(false);
  canRedo = $state(false);
  loading = $state(false);
  #anchor = 0;
  /** Whether a person has begun to work on this slide: from then on nothing moves unasked. */
  #begun = false;
  /** Counts what was asked for, so that an answer that was overtaken is put aside. */
  #asked = 0;
  /** Cells heard of while the list of the slide is on its way. */
  #early: Cell[] = [];

  readonly shown = $derived(
    this.order.flatMap((id) => {
      const cell = this.cells.get(id);
      return cell && isIn(this.tab, cell) ? [cell] : [];
    }),
  );
  readonly current = $derived(this.shown[this.cursor] ?? null);
  /** Classes that have cells, in report order, with their numbers; and cells without a class. */
  readonly counts = $derived.by(() => {
    const counts = new Map<string, number>();
    let unidentified = 0;
    for (const { classId } of this.cells.values()) {
      if (classId === null) unidentified++;
      else counts.set(classId, (counts.get(classId) ?? 0) + 1);
    }
    const classes = inReportOrder([...counts.keys()]).map((cellClass) => ({
      cellClass,
      count: counts.get(cellClass.id) ?? 0,
    }));
    return { classes, byClass: Object.fromEntries(counts), unidentified };
  });

  start(): () => void {
    const stops = [
      follow('cells.added', ({ cells }) => {
        this.#join(cells.filter(({ slideId }) => slideId === this.slideId));
      }),
      follow('cells.changed', ({ cells }) => {
        this.#change(cells);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Shows a slide: the most doubtful cell first, and selected. */
  async show(batchId: BatchId, slideId: SlideId): Promise<void> {
    if (batchId !== this.batchId) {
      this.canUndo = true;
      this.canRedo = true;
    }
    this.#empty();
    this.batchId = batchId;
    this.slideId = slideId;
    this.loading = true;
    const asked = this.#asked;
    try {
      const cells = await call('cell.list', { slideId });
      if (asked !== this.#asked) return;
      this.cells = new Map([...cells, ...this.#early].map((cell) => [cell.id, cell]));
      this.sort();
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }

  clear(): void {
    this.#empty();
    this.slideId = null;
    this.batchId = null;
  }

  /** Leaves the slide: no key may reach its cells any more. */
  #empty(): void {
    this.#asked++;
    this.#early = [];
    this.#begun = false;
    this.loading = false;
    this.joined = 0;
    this.cells = new Map();
    this.order = [];
    this.tab = { kind: 'all' };
    this.#select(0);
  }

  /** Most doubtful first; what a person has seen comes last. */
  sort(): void {
    this.order = [...this.cells.values()]
      .sort((a, b) => rankOf(a) - rankOf(b) || a.confidence - b.confidence || a.id - b.id)
      .map(({ id }) => id);
    this.joined = 0;
    this.#select(0);
  }

  showTab(tab: Tab): void {
    this.tab = tab;
    this.#select(0);
  }

  /** The slide is complete: puts the most doubtful cell first, unless a person is at work here already. */
  complete(): void {
    if (!this.#begun && this.joined > 0) this.sort();
  }

  /** A click on a tile: alone, adding (Ctrl), or everything up to it (Shift). */
  pick(index: number, { extend, toggle }: { extend: boolean; toggle: boolean }): void {
    this.#begun = true;
    if (extend) this.#extendTo(index);
    else if (toggle) this.#toggle(index);
    else this.#select(index);
  }

  /** Moves by so many cells; with `extend` the selection grows. */
  move(by: number, extend: boolean): void {
    this.#begun = true;
    const index = Math.max(0, Math.min(this.shown.length - 1, this.cursor + by));
    if (extend) this.#extendTo(index);
    else this.#select(index);
  }

  selectAll(): void {
    this.selected.clear();
    for (const { id } of this.shown) this.selected.add(id);
  }

  /** Decides on the selection. The next cell is selected at once, so that the next key, however fast, is for that one. */
  async decide(decision: ReviewDecision): Promise<void> {
    const cellIds = [...this.selected];
    if (cellIds.length === 0) return;
    this.#begun = true;
    this.#goOn();
    const { cells, canUndo, canRedo } = await call('review.decide', { cellIds, decision });
    if (decision.kind === 'confirm' && cells.length === 0)
      notices.tell('There is nothing to confirm.', 'An unidentified cell needs a class: keys 1 to 8.');
    this.#change(cells);
    this.canUndo = canUndo;
    this.canRedo = canRedo;
  }

  async undo(): Promise<void> {
    await this.#step('review.undo');
  }

  async redo(): Promise<void> {
    await this.#step('review.redo');
  }

  async #step(name: 'review.undo' | 'review.redo'): Promise<void> {
    if (this.batchId === null) return;
    const { cells, canUndo, canRedo } = await call(name, { batchId: this.batchId });
    this.canUndo = canUndo;
    this.canRedo = canRedo;
    this.#change(cells);
    const index = this.shown.findIndex(({ id }) => id === cells[0]?.id);
    if (index >= 0) this.#select(index);
    else if (cells.length === 0)
      notices.tell(name === 'review.undo' ? 'There is nothing to undo.' : 'There is nothing to do again.');
  }

  /** Selects the next cell that nobody has looked at, else the next one; at the end the selection stays. */
  #goOn(): void {
    const last = this.shown.findLastIndex(({ id }) => this.selected.has(id));
    const doubtful = this.shown.findIndex((cell, index) => index > last && rankOf(cell) < REVIEWED);
    const next = doubtful < 0 ? last + 1 : doubtful;
    if (next < this.shown.length) this.#select(next);
  }

  #select(index: number): void {
    this.cursor = index;
    this.#anchor = index;
    this.selected.clear();
    const cell = this.shown[index];
    if (cell) this.selected.add(cell.id);
  }

  #extendTo(index: number): void {
    this.cursor = index;
    this.selected.clear();
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    for (const { id } of this.shown.slice(from, to + 1)) this.selected.add(id);
  }

  #toggle(index: number): void {
    this.cursor = index;
    this.#anchor = index;
    const cell = this.shown[index];
    if (!cell) return;
    if (!this.selected.delete(cell.id)) this.selected.add(cell.id);
  }

  #join(added: readonly Cell[]): void {
    if (this.loading) this.#early.push(...added);
    const fresh = this.loading ? [] : added.filter(({ id }) => !this.cells.has(id));
    if (fresh.length === 0) return;
    const wasEmpty = this.cells.size === 0;
    this.cells = new Map([...this.cells, ...fresh.map((cell) => [cell.id, cell] as const)]);
    this.order = [...this.order, ...fresh.map(({ id }) => id)];
    this.joined += fresh.length;
    if (wasEmpty) this.#select(0);
  }

  #change(changed: readonly Cell[]): void {
    if (this.loading) this.#early.push(...changed.filter(({ slideId }) => slideId === this.slideId));
    const mine = changed.filter(({ id }) => this.cells.has(id));
    if (mine.length === 0) return;
    const [current, anchor] = [this.current?.id, this.shown[this.#anchor]?.id];
    this.cells = new Map([...this.cells, ...mine.map((cell) => [cell.id, cell] as const)]);
    this.#keepPlace(current, anchor);
  }

  /** Cells may have left what is shown: the places of those that stay are found again. */
  #keepPlace(current: CellId | undefined, anchor: CellId | undefined): void {
    const cursor = this.shown.findIndex(({ id }) => id === current);
    if (cursor < 0) {
      this.#select(Math.max(0, Math.min(this.cursor, this.shown.length - 1)));
      return;
    }
    const start = this.shown.findIndex(({ id }) => id === anchor);
    this.cursor = cursor;
    this.#anchor = start < 0 ? cursor : start;
  }
}

function isIn(tab: Tab, { classId }: Cell): boolean {
  switch (tab.kind) {
    case 'all':
      return true;
    case 'class':
      return classId === tab.classId;
    case 'unidentified':
      return classId === null;
  }
}

/** Rank of a cell that a person has looked at. */
const REVIEWED = 2;

function rankOf({ status }: Cell): number {
  return status === 'unidentified' ? 0 : status === 'classified' ? 1 : REVIEWED;
}
