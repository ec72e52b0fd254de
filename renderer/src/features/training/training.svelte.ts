import { runIdSchema, type RunId } from '#shared/domain/ids';
import type { QuickRecipe } from '#shared/domain/recipe';
import type { Run, TrainingFolder, TrainingProgress } from '#shared/domain/run';
import { call, follow } from '../../lib/bridge';
import { notices } from '../../lib/notices.svelte';

/** The trainings of the workspace, the data chosen for the next one, and the one that runs. */
export class Training {
  runs = $state.raw<readonly Run[]>([]);
  folder = $state.raw<TrainingFolder | null>(null);
  progress = $state.raw<{ readonly runId: RunId; readonly progress: TrainingProgress } | null>(null);
  /** The run whose result is shown. */
  shownId = $state<RunId | null>(null);

  readonly running = $derived(this.runs.find(({ state }) => state === 'running' || state === 'queued') ?? null);
  readonly shown = $derived(this.runs.find(({ id }) => id === this.shownId) ?? null);

  start(): () => void {
    const stops = [
      follow('run.changed', (run) => {
        this.#put(run);
      }),
      follow('run.progress', (value) => {
        this.progress = value;
      }),
    ];
    void notices.guard(async () => {
      this.runs = await call('run.list', null);
    });
    return () => {
      for (const stop of stops) stop();
    };
  }

  async pick(): Promise<void> {
    const [folder] = await call('dialog.pickFolders', { multiple: false });
    await this.inspect(folder ?? null);
  }

  async inspect(folder: string | null): Promise<void> {
    if (folder !== null) this.folder = await call('training.inspect', { folder });
  }

  async train(name: string, recipe: Partial<QuickRecipe>): Promise<void> {
    if (this.folder === null) return;
    const id = runIdSchema.parse(crypto.randomUUID());
    this.progress = null;
    this.shownId = id;
    this.#put(
      await call('training.start', { id, name, folder: this.folder.folder, recipe: { kind: 'quick', ...recipe } }),
    );
  }

  async cancel(run: Run): Promise<void> {
    this.#put(await call('training.cancel', { runId: run.id }));
  }

  #put(run: Run): void {
    const at = this.runs.findIndex(({ id }) => id === run.id);
    this.runs = at < 0 ? [run, ...this.runs] : this.runs.with(at, run);
  }
}
