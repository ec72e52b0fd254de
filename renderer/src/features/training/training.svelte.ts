import { SvelteMap } from 'svelte/reactivity';
import type { CellClass } from '#shared/domain/cellClass';
import type { DeviceReport } from '#shared/domain/device';
import { PLAIN_READING, type FolderReading } from '#shared/domain/folderLayout';
import { runIdSchema, type RunId } from '#shared/domain/ids';
import { isAtWork } from '#shared/domain/jobState';
import type { Run, TrainingProgress } from '#shared/domain/run';
import type { TrainingFolder } from '#shared/domain/trainingFolder';
import { cellClasses } from '../../lib/cellClasses.svelte';
import { call, follow } from '../../lib/bridge';
import { withNewest } from '../../lib/newest';
import { notices } from '../../lib/notices.svelte';
import { RecipeDraft } from './recipeDraft.svelte';

/** The trainings of the workspace, the one on screen, and the data and recipe chosen for the next one. */
export class Training {
  runs = $state.raw<readonly Run[]>([]);
  folder = $state.raw<TrainingFolder | null>(null);
  device = $state.raw<DeviceReport | null>(null);
  readonly draft = new RecipeDraft();
  readonly progress = new SvelteMap<RunId, TrainingProgress>();
  /** The run that is shown; null: the next one is being prepared. */
  shownId = $state<RunId | null>(null);

  readonly shown = $derived(this.runs.find(({ id }) => id === this.shownId) ?? null);
  readonly isBusy = $derived(this.runs.some(({ state }) => state === 'queued' || isAtWork(state)));
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
      for (const run of (await call('run.list', null)).toReversed()) this.#put(run);
      this.shownId ??= this.runs.find(({ state }) => isAtWork(state))?.id ?? null;
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

  /** Chooses the data of the next training; `reading` says how the folder is meant. */
  async inspect(folder: string | null, reading: FolderReading = PLAIN_READING): Promise<void> {
    if (folder === null) return;
    this.folder = await call('training.inspect', { folder, reading });
    this.shownId = null;
  }

  async train(name: string): Promise<void> {
    const { recipe } = this.draft;
    if (this.folder === null || recipe === null) return;
    const id = runIdSchema.parse(crypto.randomUUID());
    const { folder, reading } = this.folder;
    this.#put(await call('training.start', { id, name, folder, reading, recipe }));
    this.shownId = id;
  }

  async pause({ id }: Run): Promise<void> {
    this.#put(await call('training.pause', { runId: id }));
  }

  async stop({ id }: Run): Promise<void> {
    this.#put(await call('training.cancel', { runId: id }));
  }

  async resume({ id }: Run): Promise<void> {
    this.progress.delete(id);
    this.#put(await call('training.resume', { runId: id }));
  }

  #put(run: Run): void {
    this.runs = withNewest(this.runs, run);
  }
}
