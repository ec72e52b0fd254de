import { batchSchema, slideSchema, type Slide } from '#shared/domain/batch';
import { cellDetailSchema, cellSchema, type Cell, type ReviewDecision } from '#shared/domain/cell';
import { changedClasses } from '#shared/domain/changeClasses';
import type { ClassDefinition } from '#shared/domain/cellClass';
import type { Model } from '#shared/domain/model';
import { FIRST_CLASSES } from '#shared/domain/standardClasses';
import { settingsSchema, type Settings } from '#shared/domain/settings';
import type { PassedOver } from '#shared/domain/passedOver';
import type { Views } from '#shared/domain/testTimeAugmentation';
import type { Answer, Bridge, CallArgs, CallName, EventName, EventValue } from '#shared/ipc/contract';
import type { Failure } from '#shared/domain/failure';

const BATCH = '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

type NewCell = readonly [classId: string | null, confidence: number, unfamiliar?: boolean];

/** Main as the window sees it: one batch of one slide, kept in memory. Stands in only because a component test has no Electron. */
export class FakeMain {
  /** How many views of each cell the batch is classified by. */
  views: Views = 1;
  /** As they were found when the window opened: of somebody who gave their name. */
  settings = settingsSchema.parse({ reviewer: 'Ada' });
  /** What the walk passed over. */
  passedOver: PassedOver[] = [];
  failNext: Failure | null = null;
  /** Happens once, after main read the cells of a slide and before the window hears of it. */
  beforeCellsAreHeard: (() => void) | null = null;
  /** Decisions that reached main. */
  decisions = 0;
  models: Model[] = [];
  #classes: ClassDefinition[] = [...FIRST_CLASSES];
  #cells: Cell[] = [];
  #undo: Cell[][] = [];
  readonly #listeners = new Map<string, Set<(value: never) => void>>();

  readonly bridge: Bridge<File> = {
    call: <N extends CallName>(name: N, args: CallArgs<N>) => {
      const failure = this.failNext;
      if (failure && (name === 'batch.createSample' || name === 'review.decide')) return Promise.resolve({ failure });
      const result = this.#answer(name, args);
      if (name === 'cell.list') {
        const meanwhile = this.beforeCellsAreHeard;
        this.beforeCellsAreHeard = null;
        meanwhile?.();
      }
      return Promise.resolve({ result } as Answer<N>);
    },
    on: (name, listener) => {
      const listeners = this.#listeners.get(name) ?? new Set();
      this.#listeners.set(name, listeners.add(listener));
      return () => listeners.delete(listener);
    },
    pathOf: () => '',
  };

  addCells(cells: readonly NewCell[]): Cell[] {
    const added = cells.map(([classId, confidence, unfamiliar = false], index) =>
      cellSchema.parse({
        id: this.#cells.length + index + 1,
        slideId: 1,
        hash: (this.#cells.length + index).toString(16).padStart(64, '0'),
        file: `cell${String(index)}.jpg`,
        classId,
        topClassId: classId ?? 'neutrophil',
        confidence,
        status: classId === null ? 'unidentified' : 'classified',
        unfamiliar,
      }),
    );
    this.#cells = [...this.#cells, ...added];
    return added;
  }

  /** Cells that a running batch classified just now. */
  arrive(cells: readonly NewCell[]): void {
    this.#emit('cells.added', { batchId: this.#batch().id, cells: this.addCells(cells), slides: [this.#slide()] });
  }

  #answer(name: CallName, args: unknown): unknown {
    switch (name) {
      case 'app.state':
        return {
          version: '0',
          electron: '0',
          workspace: '/w',
          settings: this.settings,
          device: null,
          liveModelId: 'starter',
        };
      case 'class.list':
        return this.#classes;
      case 'class.save':
        this.#classes = changedClasses(this.#classes, (args as CallArgs<'class.save'>).changes);
        this.#emit('classes.changed', this.#classes);
        return this.#classes;
      case 'model.list':
        return this.models;
      case 'model.makeLive':
        this.models = this.models.map((model) => ({
          ...model,
          live: model.id === (args as { modelId: string }).modelId,
        }));
        this.#emit('models.changed', this.models);
        return this.models;
      case 'settings.set':
        this.settings = settingsSchema.parse({ ...this.settings, ...(args as Partial<Settings>) });
        return this.settings;
      case 'batch.list':
        return this.#cells.length > 0 ? [this.#batch()] : [];
      case 'batch.slides':
        return [this.#slide()];
      case 'batch.passedOver':
        return this.passedOver;
      case 'cell.list':
        return { cells: this.#cells, more: false };
      case 'review.steps':
        return { canUndo: this.#undo.length > 0, canRedo: false };
      case 'cell.detail':
        return this.#detail(args as { cellId: number });
      case 'review.decide':
        return this.#decide(args as { cellIds: number[]; decision: ReviewDecision });
      case 'review.undo':
        return this.#apply(this.#undo.pop() ?? []);
      default:
        return [];
    }
  }

  #detail({ cellId }: { cellId: number }): unknown {
    const cell = this.#cells.find(({ id }) => id === cellId);
    return cellDetailSchema.parse({
      cell,
      path: `/slides/slide 07/${cell?.file ?? ''}`,
      width: 360,
      height: 363,
      modelId: 'starter',
      modelName: 'Starter',
      views: this.views,
      probabilities: cell ? { [cell.topClassId]: cell.confidence } : {},
      history: [],
    });
  }

  #decide({ cellIds, decision }: { cellIds: number[]; decision: ReviewDecision }): unknown {
    this.decisions++;
    const before = this.#cells.filter(({ id }) => cellIds.includes(id));
    this.#undo.push(before);
    return this.#apply(
      before.map((cell) => ({
        ...cell,
        ...(decision.kind === 'confirm'
          ? { status: 'confirmed' }
          : { status: 'corrected', classId: decision.kind === 'class' ? decision.classId : null }),
      })),
    );
  }

  #apply(changed: readonly Cell[]): unknown {
    this.#cells = this.#cells.map((cell) => changed.find(({ id }) => id === cell.id) ?? cell);
    this.#emit('cells.changed', { batchId: this.#batch().id, cells: [...changed], slides: [this.#slide()] });
    return { cells: changed, canUndo: this.#undo.length > 0, canRedo: true };
  }

  #emit<N extends EventName>(name: N, value: EventValue<N>): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never);
  }

  #batch(): ReturnType<typeof batchSchema.parse> {
    const n = this.#cells.length;
    return batchSchema.parse({
      id: BATCH,
      revision: 0,
      name: 'slides',
      createdAt: '2026-11-24T09:14:00.000Z',
      modelId: 'starter',
      views: this.views,
      precision: 'float32',
      sources: ['/slides'],
      state: 'running',
      failure: null,
      walked: true,
      total: n,
      classified: n,
      duplicates: 0,
      unreadable: 0,
    });
  }

  #slide(): Slide {
    const counts: Record<string, number> = {};
    for (const { classId } of this.#cells) if (classId !== null) counts[classId] = (counts[classId] ?? 0) + 1;
    const unidentified = this.#cells.filter(({ classId }) => classId === null).length;
    const n = this.#cells.length;
    return slideSchema.parse({
      id: 1,
      batchId: BATCH,
      name: 'slide 07',
      folder: '/slides/slide 07',
      files: n,
      classified: n,
      duplicates: 0,
      unreadable: 0,
      valueRanges: [],
      counts: {
        machine: counts,
        reviewed: counts,
        machineUnidentified: unidentified,
        reviewedUnidentified: unidentified,
        seen: 0,
      },
    });
  }
}
