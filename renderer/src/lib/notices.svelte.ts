import { FailureError, type Failure } from '#shared/domain/failure';
import { reportFault } from './faults';

interface Notice {
  readonly id: number;
  readonly message: string;
  readonly hint: string;
  readonly isError: boolean;
}

/** How long a notice stays, milliseconds: time to read one, and to find one that says what went wrong. */
const SHOWN_MS = { note: 8_000, error: 30_000 };
/** Shown at once. */
const MOST = 3;

/** What the user should know now, newest last. Each leaves by itself, but not while it is pointed at. */
class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #next = 1;
  readonly #leaving = new Map<number, ReturnType<typeof setTimeout>>();

  /** Something that went well, or is worth knowing. */
  tell(message: string, hint = ''): void {
    this.#add(message, hint, false);
  }

  fail(failure: Failure): void {
    this.#add(failure.message, failure.hint, true);
  }

  dismiss(id: number): void {
    this.hold(id);
    this.list = this.list.filter((each) => each.id !== id);
  }

  /** Keeps a notice for as long as it is looked at. */
  hold(id: number): void {
    clearTimeout(this.#leaving.get(id));
    this.#leaving.delete(id);
  }

  /** Lets a notice leave, after its whole time. */
  release(id: number): void {
    this.hold(id);
    const notice = this.list.find((each) => each.id === id);
    if (!notice) return;
    const leave = (): void => {
      this.dismiss(id);
    };
    this.#leaving.set(id, setTimeout(leave, notice.isError ? SHOWN_MS.error : SHOWN_MS.note));
  }

  /** Runs what a user asked for, and shows why it did not work. */
  async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof FailureError) {
        this.fail(error.failure);
        return;
      }
      reportFault(error);
      this.#add(
        'Something went wrong in the program.',
        'Try again; the log has the details (Settings, Open the log folder).',
        true,
      );
    }
  }

  #add(message: string, hint: string, isError: boolean): void {
    const shown = this.list.find((each) => each.message === message);
    const notice = shown ?? { id: this.#next++, message, hint, isError };
    if (!shown) this.list = [...this.list.slice(1 - MOST), notice];
    this.release(notice.id);
  }
}

export const notices = new Notices();
