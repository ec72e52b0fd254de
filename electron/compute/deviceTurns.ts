import { FailureError } from '#shared/domain/failure';

/**
 * One piece of work at a time on the device. Trainings take turns in the order they came; all other work overtakes them, in its own order: it goes before those that wait, and before
 * the one that runs as soon as that gives way.
 */
export class DeviceTurns {
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #overtaking: (() => Promise<void>)[] = [];
  #isWorking = false;
  /** What overtakes, while it runs. */
  #passing: Promise<void> | null = null;

  /** Runs work that gives way now and then. FailureError `cancelled` where the signal is aborted before its turn. */
  takeTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#add(this.#waiting, work, signal);
  }

  /** Runs work that gives way to nothing. Fails as `takeTurn`. */
  overtake<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#add(this.#overtaking, work, signal);
  }

  /** To be called by work that has its turn, between two steps: see GiveWay in models/training/progress.ts. */
  readonly giveWay = (signal: AbortSignal): Promise<void> | null => {
    if (this.#overtaking.length === 0) return null;
    return new Promise((resolve) => {
      const goOn = (): void => {
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      signal.addEventListener('abort', goOn);
      void this.#letPass().then(goOn);
    });
  };

  #add<T>(lane: (() => Promise<void>)[], work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const start = (): Promise<void> => {
        signal.removeEventListener('abort', leave);
        return work().then(resolve, reject);
      };
      const leave = (): void => {
        lane.splice(lane.indexOf(start), 1);
        reject(new FailureError('cancelled', 'The work was stopped.', 'Start it again to go on.'));
      };
      signal.addEventListener('abort', leave, { once: true });
      lane.push(start);
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    // Work that was stopped while it gave way ends before what overtook it: that is still waited for.
    while (this.#passing || this.#overtaking.length + this.#waiting.length > 0) {
      await this.#letPass();
      await this.#waiting.shift()?.();
    }
    this.#isWorking = false;
  }

  #letPass(): Promise<void> {
    this.#passing ??= this.#runOvertaking().finally(() => {
      this.#passing = null;
    });
    return this.#passing;
  }

  async #runOvertaking(): Promise<void> {
    for (let start = this.#overtaking.shift(); start; start = this.#overtaking.shift()) await start();
  }
}
