import { FailureError, type Failure } from '#shared/domain/failure';
import { isAtWork, nextState, type JobEvent, type JobState } from '#shared/domain/jobState';
import type { Log } from '../log';
import type { JobKindName, JobQueue } from './jobQueue';
import { unexpectedFailure } from './unexpectedFailure';

/** A job as it is kept and shown. */
export interface JobEntry<Id extends string> {
  readonly id: Id;
  readonly state: JobState;
  readonly failure: Failure | null;
}

/** What a kind of job is; a new kind of long work is one of these. */
export interface JobKind<Id extends string, Entry extends JobEntry<Id>, Result> {
  readonly name: JobKindName;
  /** Where its entries are kept. */
  readonly entries: {
    /** FailureError `not-found`. */
    existing(id: Id): Entry;
    /** Queued, or at work as far as the store knows; oldest first. */
    active(): Entry[];
    setState(id: Id, state: JobState, failure: Failure | null): Entry;
  };
  /** Hears of every change of state. */
  readonly changed: (entry: Entry) => void;
  /** Does the work until it is done or the signal is aborted; then it throws FailureError `cancelled`. */
  readonly work: (id: Id, signal: AbortSignal) => Promise<Result>;
  /** Keeps what the work made, together with the state `done`. */
  readonly finish: (id: Id, result: Result) => Entry;
  /** Whether a job that is stopped goes on where it was; one that does not is cancelled instead of paused. */
  readonly goesOn: (entry: Entry) => boolean;
}

/** How a job ended, with what it made where it was done. */
export interface Ended<Entry, Result> {
  readonly entry: Entry;
  readonly result: Result | null;
}

/** The reason of the signal when the program ends: a job that goes on then stays as it is, for the next start. */
const SHUTDOWN = 'shutdown';

const CUT: Failure = {
  code: 'cancelled',
  message: 'The program ended while this job ran.',
  hint: 'Start it again.',
};

/** Starts, pauses, cancels and resumes the jobs of a kind, by the transitions of shared/domain/jobState. */
export class JobControl<Id extends string, Entry extends JobEntry<Id>, Result> {
  readonly #kind: JobKind<Id, Entry, Result>;
  readonly #queue: JobQueue;
  readonly #workspace: { readonly folder: string; readonly log: Log };

  constructor(
    kind: JobKind<Id, Entry, Result>,
    queue: JobQueue,
    workspace: { readonly folder: string; readonly log: Log },
  ) {
    this.#kind = kind;
    this.#queue = queue;
    this.#workspace = workspace;
  }

  /** Brings what the end of the program cut into order: queued where it goes on, and failed where it does not. */
  recover(): void {
    for (const entry of this.#kind.entries.active()) {
      if (!isAtWork(entry.state) || this.#kind.goesOn(entry)) this.#apply(entry.id, 'cut');
      else this.#apply(entry.id, 'fail', CUT);
    }
  }

  /** Runs what `recover` found to go on, oldest first. */
  goOn(): void {
    for (const { id } of this.#kind.entries.active()) this.#start(id);
  }

  /** Queues a job, new or stopped before; resolves when it has ended or was stopped. A job that is done stays so. */
  async run(id: Id): Promise<Ended<Entry, Result>> {
    const entry = this.#apply(id, 'resume');
    if (entry.state !== 'queued') return { entry, result: null };
    const ended = await this.#queue.add(id, this.#kind.name, (signal) => this.#work(id, signal));
    return ended ?? { entry: this.#kind.entries.existing(id), result: null };
  }

  /** Queues a new job; gives it as it is then. */
  start(id: Id): Entry {
    this.#start(id);
    return this.#kind.entries.existing(id);
  }

  /** Asks a job to pause, or to cancel where it cannot go on later. FailureError `not-found`. */
  pause(id: Id): Entry {
    return this.#stop(id, this.#kind.goesOn(this.#kind.entries.existing(id)) ? 'pause' : 'cancel');
  }

  /** FailureError `not-found`. */
  cancel(id: Id): Entry {
    return this.#stop(id, 'cancel');
  }

  /** Queues a job that was paused, cancelled or has failed. FailureError `not-found`. */
  resume(id: Id): Entry {
    const entry = this.#kind.entries.existing(id);
    return nextState(entry.state, 'resume') === null ? entry : this.start(id);
  }

  #start(id: Id): void {
    this.run(id).catch((error: unknown) => {
      this.#logBug(id, error);
    });
  }

  #stop(id: Id, event: 'pause' | 'cancel'): Entry {
    const before = this.#kind.entries.existing(id);
    const entry = this.#apply(id, event);
    if (entry.state !== before.state) this.#queue.stop(id, event);
    return entry;
  }

  async #work(id: Id, signal: AbortSignal): Promise<Ended<Entry, Result>> {
    try {
      this.#apply(id, 'begin');
      const result = await this.#kind.work(id, signal);
      const entry = this.#kind.finish(id, result);
      this.#kind.changed(entry);
      return { entry, result };
    } catch (error) {
      return { entry: this.#ended(id, signal, error), result: null };
    }
  }

  /** The job after its work threw. */
  #ended(id: Id, signal: AbortSignal, error: unknown): Entry {
    const failure = unexpectedFailure(this.#workspace.folder, error);
    const entry = this.#kind.entries.existing(id);
    if (signal.aborted && signal.reason === SHUTDOWN) {
      if (this.#kind.goesOn(entry)) return entry;
      this.#apply(id, 'cancel');
      return this.#apply(id, 'stop');
    }
    // A death of the compute process meanwhile is no news to who asked it to stop.
    if (signal.aborted && ['cancelled', 'compute-died'].includes(failure.code)) return this.#apply(id, 'stop');
    if (error instanceof FailureError) this.#workspace.log.warn(`${this.#kind.name} ${id} failed: ${failure.message}`);
    else this.#logBug(id, error);
    try {
      return this.#apply(id, 'fail', failure);
    } catch (refused) {
      // A full disk may refuse even this: it is shown as failed, and found as it was at the next start.
      this.#logBug(id, refused);
      const failed = { ...entry, state: 'failed' as const, failure };
      this.#kind.changed(failed);
      return failed;
    }
  }

  #apply(id: Id, event: JobEvent, failure: Failure | null = null): Entry {
    const entry = this.#kind.entries.existing(id);
    const state = nextState(entry.state, event);
    if (state === null) return entry;
    const changed = this.#kind.entries.setState(id, state, state === 'failed' ? failure : null);
    this.#kind.changed(changed);
    return changed;
  }

  #logBug(id: Id, error: unknown): void {
    this.#workspace.log.error(
      `${this.#kind.name} ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}
