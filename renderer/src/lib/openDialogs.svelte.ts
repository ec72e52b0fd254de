import { untrack } from 'svelte';

/** The dialogs that are open, the one in front last. A page behind a modal dialog can be neither pressed nor heard, so notices stand in the dialog. */
class OpenDialogs {
  #ids = $state.raw<readonly string[]>([]);

  /** Id of the one in front; null if none is open. */
  get front(): string | null {
    return this.#ids.at(-1) ?? null;
  }

  /** Puts a dialog in front; the function returned takes it away. */
  open(id: string): () => void {
    untrack(() => {
      this.#ids = [...this.#ids, id];
    });
    return () => {
      this.#ids = this.#ids.filter((each) => each !== id);
    };
  }
}

export const openDialogs = new OpenDialogs();
