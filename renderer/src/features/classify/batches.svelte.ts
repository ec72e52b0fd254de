import { SvelteMap } from 'svelte/reactivity';
import type { Batch, BatchProgress, SetAsideFile, Slide } from '#shared/domain/batch';
import { batchIdSchema, type BatchId, type SlideId } from '#shared/domain/ids';
import type { PassedOver } from '#shared/domain/passedOver';
import { isAtWork } from '#shared/domain/jobState';
import { call, follow } from '../../lib/bridge';
import { withNewest } from '../../lib/newest';
import { notices } from '../../lib/notices.svelte';

/** The batches of the workspace, the one on screen and its slides. */
export class Batches {
  list = $state.raw<readonly Batch[]>([]);
  readonly progress = new SvelteMap<BatchId, BatchProgress>();
  slides = $state.raw<readonly Slide[]>([]);
  batchId = $state<BatchId | null>(null);
  slideId = $state<SlideId | null>(null);
  setAside = $state.raw<readonly SetAsideFile[]>([]);
  passedOver = $state.raw<readonly PassedOver[]>([]);
  loaded = $state(false);

  readonly batch = $derived(this.list.find(({ id }) => id === this.batchId) ?? null);
  readonly slide = $derived(this.slides.find(({ id }) => id === this.slideId) ?? null);
  /** The batch that is being worked on now, whichever is on screen. */
  readonly running = $derived(
    this.list.find(({ state }) => isAtWork(state)) ?? this.list.find(({ state }) => state === 'queued') ?? null,
  );

  /** Asks for the state, then follows events. The function returned stops following. */
  start(): () => void {
    const stops = [
      follow('batch.changed', (batch) => {
        this.#put(batch);
        if (batch.id === this.batchId && !isAtWork(batch.state)) void this.#loadSetAside(batch.id);
      }),
      follow('batch.progress', (progress) => {
        this.progress.set(progress.batchId, progress);
      }),
      follow('cells.added', ({ batchId, slides }) => {
        if (batchId === this.batchId) this.#putSlides(slides);
      }),
      follow('cells.changed', ({ batchId, slides }) => {
        if (batchId === this.batchId) this.#putSlides(slides);
      }),
    ];
    void notices.guard(async () => {
      for (const batch of (await call('batch.list', null)).toReversed()) this.#put(batch);
      this.loaded = true;
      const first = this.running ?? this.list[0];
      if (first && this.batchId === null) await this.show(first.id);
    });
    return () => {
      for (const stop of stops) stop();
    };
  }

  async show(id: BatchId): Promise<void> {
    this.batchId = id;
    this.slideId = null;
    this.slides = [];
    this.setAside = [];
    this.passedOver = [];
    const slides = await call('batch.slides', { batchId: id });
    if (this.batchId !== id) return;
    this.#putSlides(slides);
    await this.#loadSetAside(id);
  }

  /** Starts a batch of what was dropped or picked. */
  async classify(sources: readonly string[]): Promise<void> {
    if (sources.length === 0) return;
    await this.#started(await call('batch.create', { id: newBatchId(), sources: [...sources] }));
  }

  async classifySample(): Promise<void> {
    await this.#started(await call('batch.createSample', { id: newBatchId() }));
  }

  async pickFolders(): Promise<void> {
    await this.classify(await call('dialog.pickFolders', { multiple: true }));
  }

  /** The batch that runs, else the one on screen. */
  async pauseOrResume(): Promise<void> {
    const batch = this.running ?? this.batch;
    if (!batch || batch.state === 'done' || batch.state === 'pausing' || batch.state === 'cancelling') return;
    const going = batch.state === 'running' || batch.state === 'queued';
    this.#put(await call(going ? 'batch.pause' : 'batch.resume', { batchId: batch.id }));
  }

  async cancel(): Promise<void> {
    const batch = this.running ?? this.batch;
    if (batch) this.#put(await call('batch.cancel', { batchId: batch.id }));
  }

  async #started(batch: Batch): Promise<void> {
    this.#put(batch);
    await this.show(batch.id);
  }

  async #loadSetAside(id: BatchId): Promise<void> {
    const [files, passedOver] = await Promise.all([
      call('batch.setAside', { batchId: id }),
      call('batch.passedOver', { batchId: id }),
    ]);
    if (this.batchId !== id) return;
    this.setAside = files;
    this.passedOver = passedOver;
  }

  #put(batch: Batch): void {
    this.list = withNewest(this.list, batch);
    if (!isAtWork(batch.state)) this.progress.delete(batch.id);
  }

  #putSlides(changed: readonly Slide[]): void {
    const byId = new Map(this.slides.map((slide) => [slide.id, slide]));
    for (const slide of changed) byId.set(slide.id, slide);
    this.slides = [...byId.values()].sort((a, b) => a.id - b.id);
    this.slideId ??= this.slides[0]?.id ?? null;
  }
}

function newBatchId(): BatchId {
  return batchIdSchema.parse(crypto.randomUUID());
}
