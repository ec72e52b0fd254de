import { FailureError } from '#shared/ipc/failure';

/** One job at a time on the device, in the order they came. */
export class JobQueue {
  #last: Promise<unknown> = Promise.resolve();
  readonly #jobs = new Map<string, AbortController>();

  /** Queues work under an id; `work` gets the signal that `stop` aborts. Work stopped before its turn does not start: FailureError `cancelled`. */
  add<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#jobs.set(id, controller);
    const turn = this.#last
      .then(() => {
        if (controller.signal.aborted)
          throw new FailureError(
            'cancelled',
            'The job was stopped before it started.',
            'Start it again when you like.',
          );
        return work(controller.signal);
      })
      .finally(() => this.#jobs.delete(id));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Asks a job to stop; false if there is none of this id. `reason` is the signal's. */
  stop(id: string, reason: string): boolean {
    const job = this.#jobs.get(id);
    job?.abort(reason);
    return job !== undefined;
  }

  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Asks every job to stop and waits until they have. */
  async stopAll(reason: string): Promise<void> {
    for (const job of this.#jobs.values()) job.abort(reason);
    await this.#last;
  }
}
