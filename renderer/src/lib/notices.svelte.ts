import { FailureError, type Failure } from '#shared/domain/failure';

/** What the user should know now; newest last, until put away. */
class Notices {
  list = $state<{ readonly id: number; readonly message: string; readonly hint: string; readonly isError: boolean }[]>(
    [],
  );
  #next = 1;

  /** Something that went well, or is worth knowing. */
  tell(message: string, hint = ''): void {
    this.#add(message, hint, false);
  }

  fail(failure: Failure): void {
    this.#add(failure.message, failure.hint, true);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((each) => each.id !== id);
  }

  /** Runs what a user asked for, and shows why it did not work. */
  async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof FailureError) this.fail(error.failure);
      else
        this.#add(
          'Something went wrong in the program.',
          'Try again; the log has the details (Settings, Open the log folder).',
          true,
        );
    }
  }

  #add(message: string, hint: string, isError: boolean): void {
    if (this.list.some((each) => each.message === message)) return;
    this.list = [...this.list.slice(-2), { id: this.#next++, message, hint, isError }];
  }
}

export const notices = new Notices();
