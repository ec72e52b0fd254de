type JobKind = 'classification' | 'training';

interface Job {
  readonly kind: JobKind;
  readonly controller: AbortController;
  /** Resolves when it has ended, however it did, or was stopped before its turn. */
  readonly ended: Promise<unknown>;
}

/**
 * Jobs of a kind run one after the other, in the order they came. A classification begins beside a training that runs, and overtakes it in the compute process (compute/deviceTurns.ts);
 * a training begins once no classification is left.
 */
export class JobQueue {
  /** Those that run and those that wait, as they came. */
  readonly #jobs = new Map<string, Job>();

  /** Queues work under an id; `work` gets the signal that `stop` aborts. Null, at once, where it is stopped before its turn. */
  add<T>(id: string, kind: JobKind, work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const controller = new AbortController();
    const { signal } = controller;
    const stopped = new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
    const run = async (): Promise<T | null> => {
      for (let other = this.#before(id, kind); other && !signal.aborted; other = this.#before(id, kind)) {
        await Promise.race([other.ended, stopped]);
      }
      return signal.aborted ? null : work(signal);
    };
    const result = Promise.resolve()
      .then(run)
      .finally(() => this.#jobs.delete(id));
    this.#jobs.set(id, { kind, controller, ended: result.catch(() => undefined) });
    return result;
  }

  /** Asks a job to stop; false if there is none of this id. `reason` is the signal's. */
  stop(id: string, reason: string): boolean {
    const job = this.#jobs.get(id);
    job?.controller.abort(reason);
    return job !== undefined;
  }

  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Whether a classification runs, or will as soon as the one before it ends. */
  isClassifying(): boolean {
    return this.#classification() !== undefined;
  }

  /** Asks every job to stop and waits until they have. */
  async stopAll(reason: string): Promise<void> {
    const jobs = [...this.#jobs.values()];
    for (const { controller } of jobs) controller.abort(reason);
    await Promise.all(jobs.map(({ ended }) => ended));
  }

  /** A job that this one is to wait for. */
  #before(id: string, kind: JobKind): Job | undefined {
    for (const [other, job] of this.#jobs) {
      if (other === id) break;
      if (job.kind === kind) return job;
    }
    return kind === 'training' ? this.#classification() : undefined;
  }

  #classification(): Job | undefined {
    return [...this.#jobs.values()].find(({ kind }) => kind === 'classification');
  }
}
