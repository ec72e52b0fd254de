import { CellClasses, type CellClass, type ClassChange } from '#shared/domain/cellClass';
import type { ModelId } from '#shared/domain/ids';
import type { Model } from '#shared/domain/model';
import { FIRST_CLASSES } from '#shared/domain/standardClasses';
import type { CommandId } from '#shared/ipc/commands';
import { call, follow } from './bridge';
import { notices } from './notices.svelte';

/** What the workspace says of classes; until main has answered, what every workspace begins with. */
class WorkspaceClasses {
  current = $state.raw(new CellClasses(FIRST_CLASSES));
  #ofModels = $state.raw<ReadonlyMap<ModelId, readonly string[]>>(new Map());

  /** Asks for the definitions and for the classes of models, then follows their changes. The function returned stops following. */
  start(): () => void {
    const stops = [
      follow('classes.changed', (definitions) => (this.current = new CellClasses(definitions))),
      follow('models.changed', (models) => {
        this.#takeModels(models);
      }),
    ];
    void notices.guard(async () => {
      this.current = new CellClasses(await call('class.list', null));
      this.#takeModels(await call('model.list', null));
    });
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Every class that a cell can be given, in report order: those defined, those of the model, and those in use. */
  assignable(model: ModelId, inUse: Iterable<string>): CellClass[] {
    const defined = this.current.definitions.map(({ id }) => id);
    return this.current.inReportOrder([...defined, ...(this.#ofModels.get(model) ?? []), ...inUse]);
  }

  /** The class that a command of the keys 1 to 8 sets; null if it is no such command, or the key has no class. */
  ofCommand(command: CommandId): CellClass | null {
    const key = Number(/^review\.class(\d)$/.exec(command)?.[1] ?? NaN);
    return this.current.definitions.find((each) => each.key === key) ?? null;
  }

  async save(changes: readonly ClassChange[]): Promise<void> {
    this.current = new CellClasses(await call('class.save', { changes: [...changes] }));
  }

  #takeModels(models: readonly Model[]): void {
    this.#ofModels = new Map(models.map(({ id, card }) => [id, card.classIds]));
  }
}

export const cellClasses = new WorkspaceClasses();
