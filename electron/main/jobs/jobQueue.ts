export type JobKindName = 'classification' | 'training';

/** Which other kinds each kind gives way to: it begins once none of them is left, also of those that came after it. */
const GIVES_WAY_TO: Readonly<Record<JobKindName, readonly JobKindName[]>> = {
  // It begins beside a training that runs, and overtakes it in the compute process (compute/deviceTurns.ts).
  classification: [],
  training: ['classification'],
};

interface Job {
  readonly id: string;
  readonly kind: JobKindName;
  readonly controller: AbortController;
  /** Resolves when it has ended, however it did, or was stopped before its turn. */
  readonly ended: Promise<unknown>;
  begun: boolean;
}

/** Jobs of a kind run one after the other, in the order they came, and give way to other kinds. */
export class JobQueue {
  /** Those that run and those that wait, as they came. */
  readonly #jobs = new Set<Job>();

  /** Queues work under an id; `work` gets the signal that `stop` aborts. Null where it is stopped before its turn. */
  add<T>(id: string, kind: JobKindName, work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const controller = new AbortController();
    const { signal } = controller;
    const stopped = new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
    const run = async (): Promise<T | null> => {
      for (let other = this.#before(job); other && !signal.aborted; other = this.#before(job)) {
        await Promise.race([other.ended, stopped]);
      }
      if (signal.aborted) return null;
      job.begun = true;
      return work(signal);
    };
    const result = Promise.resolve()
      .then(run)
      .finally(() => this.#jobs.delete(job));
    const job: Job = { id, kind, controller, ended: result.catch(() => undefined), begun: false };
    this.#jobs.add(job);
    return result;
  }

  /** Asks a job to stop; false if there is none of this id. One that waits for its turn leaves the queue at once. */
  stop(id: string, reason: string): boolean {
    const jobs = [...this.#jobs].filter((job) => job.id === id);
    for (const job of jobs) this.#stop(job, reason);
    return jobs.length > 0;
  }

  has(id: string): boolean {
    return [...this.#jobs].some((job) => job.id === id);
  }

  /** Whether a job of a kind that this one gives way to runs or waits. */
  isOvertaken(kind: JobKindName): boolean {
    return [...this.#jobs].some((job) => GIVES_WAY_TO[kind].includes(job.kind));
  }

  /** Asks every job to stop and waits until they have. */
  async stopAll(reason: string): Promise<void> {
    const jobs = [...this.#jobs];
    for (const job of jobs) this.#stop(job, reason);
    await Promise.all(jobs.map(({ ended }) => ended));
  }

  #stop(job: Job, reason: string): void {
    job.controller.abort(reason);
    if (!job.begun) this.#jobs.delete(job);
  }

  /** A job that this one is to wait for. */
  #before(job: Job): Job | undefined {
    for (const other of this.#jobs) {
      if (other === job) break;
      if (other.kind === job.kind) return other;
    }
    return [...this.#jobs].find(({ kind }) => GIVES_WAY_TO[job.kind].includes(kind));
  }
}
