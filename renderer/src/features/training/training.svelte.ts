import { SvelteMap } from 'svelte/reactivity';
import type { CellClass } from '#shared/domain/cellClass';
import type { DeviceReport } from '#shared/domain/device';
import { runIdSchema, type RunId } from '#shared/domain/ids';
import type { Run, TrainingFolder, TrainingProgress } from '#shared/domain/run';
import { cellClasses } from '../../lib/cellClasses.svelte';
import { call, follow } from '../../lib/bridge';
import { notices } from '../../lib/notices.svelte';
import { RecipeDraft } from './recipeDraft.svelte';

/** The trainings of the workspace, the one on screen, and the data and recipe chosen for the next one. */
export class Training {
  runs = $state.raw<readonly Run[]>([]);
  folder = $state.raw<TrainingFolder | null>(null);
  device = $state.raw<DeviceReport | null>(null);
  readonly draft = new RecipeDraft();
  readonly progress = new SvelteMap<RunId, TrainingProgress>();
  /** Changes heard of each run. */
  readonly #heard = new Map<RunId, number>();
  /** The run that is shown; null: the next one is being prepared. */
  shownId = $state<RunId | null>(null);

  readonly shown = $derived(this.runs.find(({ id }) => id === this.shownId) ?? null);
  readonly isBusy = $derived(this.runs.some(({ state }) => state === 'running' || state === 'queued'));
  /** Classes of the chosen folder in report order, with their images. */
  readonly classes: readonly { readonly cellClass: CellClass; readonly images: number }[] = $derived.by(() => {
    const counts = new Map((this.folder?.classes ?? []).map(({ classId, images }) => [classId, images]));
    return cellClasses.current
      .inReportOrder([...counts.keys()])
      .map((cellClass) => ({ cellClass, images: counts.get(cellClass.id) ?? 0 }));
  });
  readonly images = $derived(this.classes.reduce((sum, { images }) => sum + images, 0));

  /** Asks for the state, then follows events. The function returned stops following. */
  start(): () => void {
    const stops = [
      follow('run.changed', (run) => {
        this.#heard.set(run.id, (this.#heard.get(run.id) ?? 0) + 1);
        this.#put(run);
      }),
      follow('run.progress', ({ runId, progress }) => {
        this.progress.set(runId, progress);
      }),
      follow('device.changed', (device) => {
        this.device = device;
      }),
    ];
    void notices.guard(async () => {
      this.runs = await call('run.list', null);
      this.shownId ??= this.runs.find(({ state }) => state === 'running')?.id ?? null;
      this.device ??= (await call('app.state', null)).device;
      this.draft.takePublished(await call('training.networks', null));
    });
    return () => {
      for (const stop of stops) stop();
    };
  }

  async pick(): Promise<void> {
    const [folder] = await call('dialog.pickFolders', { multiple: false });
    await this.inspect(folder ?? null);
  }

  /** Chooses the data of the next training. */
  async inspect(folder: string | null): Promise<void> {
    if (folder === null) return;
    this.folder = await call('training.inspect', { folder });
    this.shownId = null;
  }

  async train(name: string): Promise<void> {
    const { recipe } = this.draft;
    if (this.folder === null || recipe === null) return;
    const id = runIdSchema.parse(crypto.randomUUID());
    const { folder } = this.folder;
    await this.#ask(id, () => call('training.start', { id, name, folder, recipe }));
    this.shownId = id;
  }

  async pause({ id }: Run): Promise<void> {
    await this.#ask(id, () => call('training.pause', { runId: id }));
  }

  async stop({ id }: Run): Promise<void> {
    await this.#ask(id, () => call('training.cancel', { runId: id }));
  }

  async resume({ id }: Run): Promise<void> {
    this.progress.delete(id);
    await this.#ask(id, () => call('training.resume', { runId: id }));
  }

  /** What an event said meanwhile is newer than the answer. */
  async #ask(id: RunId, answer: () => Promise<Run>): Promise<void> {
    const before = this.#heard.get(id);
    const run = await answer();
    if (this.#heard.get(id) === before) this.#put(run);
  }

  #put(run: Run): void {
    const at = this.runs.findIndex(({ id }) => id === run.id);
    this.runs = at < 0 ? [run, ...this.runs] : this.runs.with(at, run);
  }
}
