import type { Cell, ReviewDecision } from '#shared/domain/cell';
import type { BatchId, CellId, SlideId } from '#shared/domain/ids';
import { call, follow } from '../../lib/bridge';
import { notices } from '../../lib/notices.svelte';
import { arrange, isReviewed, regroup, sectionsOf, type Group, type Place, type Sorting } from './arrangement';
import { Selection } from './selection.svelte';

/** Which cells are shown: all, those of a class, or those without one. */
export type Tab =
  { readonly kind: 'all' } | { readonly kind: 'class'; readonly classId: string } | { readonly kind: 'unidentified' };

/** The cells of one slide: their order, what is shown, what is selected, and what a person does to them. */
export class Gallery {
  batchId = $state<BatchId | null>(null);
  slideId = $state<SlideId | null>(null);
  cells = $state.raw<ReadonlyMap<CellId, Cell>>(new Map());
  /** Fixed until a person asks to sort again: nothing jumps. New cells join at the end. */
  order = $state.raw<readonly Place[]>([]);
  sorting = $state<Sorting>('doubt');
  /** Cells that joined since the last sorting. */
  joined = $state(0);
  tab = $state.raw<Tab>({ kind: 'all' });
  canUndo = $state(false);
  canRedo = $state(false);
  loading = $state(false);
  /** Whether a person has begun to work on this slide: from then on nothing moves unasked. */
  #begun = false;
  /** Counts what was asked for, so that an answer that was overtaken is put aside. */
  #asked = 0;
  /** Cells heard of while the list of the slide is on its way. */
  #early: Cell[] = [];
  /** Cells to be selected once the slide they are of is shown. */
  #wanted: ReadonlySet<CellId> = new Set();
  readonly #showSlide: (slideId: SlideId) => void;

  readonly #shownPlaces = $derived(
    this.order.flatMap(({ id, group }) => {
      const cell = this.cells.get(id);
      return cell && isIn(this.tab, cell) ? [{ cell, group }] : [];
    }),
  );
  readonly shown = $derived(this.#shownPlaces.map(({ cell }) => cell));
  /** What the cells shown stand under, in order. */
  readonly sections = $derived(sectionsOf(this.#shownPlaces.map(({ group }) => group)));
  readonly selection = new Selection(() => this.shown);
  /** Numbers of cells by class; cells without a class, and those of them that no person looked at because the model found them unlike what it learned from. */
  readonly counts = $derived.by(() => {
    const counts = new Map<string, number>();
    let unidentified = 0;
    let unfamiliar = 0;
    for (const { classId, status, unfamiliar: isUnfamiliar } of this.cells.values()) {
      if (isUnfamiliar && status === 'unidentified') unfamiliar++;
      if (classId === null) unidentified++;
      else counts.set(classId, (counts.get(classId) ?? 0) + 1);
    }
    return { byClass: counts, unidentified, unfamiliar };
  });

  /** `showSlide` brings another slide of the batch on screen: undo may lead there. */
  constructor(showSlide: (slideId: SlideId) => void) {
    this.#showSlide = showSlide;
  }

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

  /** Shows a slide: the most doubtful cell first, and selected, unless undo led here. */
  async show(batchId: BatchId, slideId: SlideId): Promise<void> {
    const isSameBatch = batchId === this.batchId;
    this.#empty();
    this.batchId = batchId;
    this.slideId = slideId;
    this.loading = true;
    const asked = this.#asked;
    try {
      if (!isSameBatch) this.#setSteps(await call('review.steps', { batchId }));
      const cells = await cellsOf(slideId);
      if (asked !== this.#asked) return;
      this.cells = new Map([...cells, ...this.#early].map((cell) => [cell.id, cell]));
      this.sort();
      this.selection.selectCells(this.#wanted);
      this.#wanted = new Set();
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
    this.selection.select(0);
  }

  /** Most doubtful first, under all or under each class; what a person has seen comes last. */
  sort(sorting: Sorting = this.sorting): void {
    this.sorting = sorting;
    this.order = arrange([...this.cells.values()], sorting);
    this.joined = 0;
    this.selection.select(0);
  }

  showTab(tab: Tab): void {
    this.tab = tab;
    this.selection.select(0);
  }

  /** The slide is complete: puts the most doubtful cell first, unless a person is at work here already. */
  complete(): void {
    if (!this.#begun && this.joined > 0) this.sort();
  }

  /** A person looks further down: nothing may jump to the top any more. */
  scrolled(top: number): void {
    if (top > 0) this.#begun = true;
  }

  /** A click on a tile: alone, adding (Ctrl), or everything up to it (Shift). */
  pick(index: number, { extend, toggle }: { extend: boolean; toggle: boolean }): void {
    this.#begun = true;
    if (extend) this.selection.extendTo(index);
    else if (toggle) this.selection.toggle(index);
    else this.selection.select(index);
  }

  /** Decides on the selection. The next cell is selected at once, so that the next key, however fast, is for that one. */
  async decide(decision: ReviewDecision): Promise<void> {
    const decided = this.selection.ids;
    if (decided.size === 0) return;
    this.#begun = true;
    if (decision.kind === 'confirm' && [...decided].every((id) => this.cells.get(id)?.classId === null)) {
      notices.tell('There is nothing to confirm.', 'An unidentified cell needs a class: keys 1 to 8, or C.');
      return;
    }
    this.#goOn();
    try {
      const answer = await call('review.decide', { cellIds: [...decided], decision });
      this.#change(answer.cells);
      this.#setSteps(answer);
    } catch (error) {
      // Nothing was decided: the same cells wait for the next try.
      this.selection.selectCells(decided);
      throw error;
    }
  }

  async undo(): Promise<void> {
    await this.#step('review.undo');
  }

  async redo(): Promise<void> {
    await this.#step('review.redo');
  }

  async #step(name: 'review.undo' | 'review.redo'): Promise<void> {
    if (this.batchId === null) return;
    const { cells, ...steps } = await call(name, { batchId: this.batchId });
    this.#setSteps(steps);
    this.#change(cells);
    const [first] = cells;
    if (!first) notices.tell(name === 'review.undo' ? 'There is nothing to undo.' : 'There is nothing to do again.');
    else this.#look(first.slideId, new Set(cells.map(({ id }) => id)));
  }

  /** Selects cells wherever they are: in what is shown, under another class, or on another slide. */
  #look(slideId: SlideId, ids: ReadonlySet<CellId>): void {
    if (slideId !== this.slideId) {
      this.#wanted = ids;
      this.#showSlide(slideId);
    } else if (!this.selection.selectCells(ids)) {
      this.showTab({ kind: 'all' });
      this.selection.selectCells(ids);
    }
  }

  #setSteps({ canUndo, canRedo }: { canUndo: boolean; canRedo: boolean }): void {
    this.canUndo = canUndo;
    this.canRedo = canRedo;
  }

  /** Selects the next cell that nobody has looked at, else the next one; at the end the selection stays. */
  #goOn(): void {
    const last = this.shown.findLastIndex(({ id }) => this.selection.ids.has(id));
    const doubtful = this.shown.findIndex((cell, index) => index > last && !isReviewed(cell));
    const next = doubtful < 0 ? last + 1 : doubtful;
    if (next < this.shown.length) this.selection.select(next);
  }

  #join(added: readonly Cell[]): void {
    if (this.loading) this.#early.push(...added);
    const fresh = this.loading ? [] : added.filter(({ id }) => !this.cells.has(id));
    if (fresh.length === 0) return;
    const wasEmpty = this.cells.size === 0;
    this.cells = new Map([...this.cells, ...fresh.map((cell) => [cell.id, cell] as const)]);
    const group: Group = this.sorting === 'class' ? 'joined' : null;
    this.order = [...this.order, ...fresh.map(({ id }) => ({ id, group }))];
    this.joined += fresh.length;
    if (wasEmpty) this.selection.select(0);
  }

  #change(changed: readonly Cell[]): void {
    if (this.loading) this.#early.push(...changed.filter(({ slideId }) => slideId === this.slideId));
    const mine = changed.filter(({ id }) => this.cells.has(id));
    if (mine.length === 0) return;
    this.selection.keepThrough(() => {
      this.cells = new Map([...this.cells, ...mine.map((cell) => [cell.id, cell] as const)]);
      this.order = regroup(this.order, this.cells);
    });
  }
}

/** All cells of a slide, asked for in portions: main answers other calls between them. */
async function cellsOf(slideId: SlideId): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (;;) {
    const portion = await call('cell.list', { slideId, after: cells.at(-1)?.hash ?? null });
    cells.push(...portion.cells);
    if (!portion.more) return cells;
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
