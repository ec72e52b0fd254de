import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Precision } from '#shared/domain/precision';

/** Milliseconds between two looks at the event loop: a delay shorter than this may go unseen. */
const RESOLUTION = 5;

/** What a job cost, for the log: its time, the share of it inside the graph and what that ran in, and how long this process was kept from answering at worst. */
export class JobMeasure {
  readonly #start = performance.now();
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  #graphMilliseconds = 0;
  readonly #precisions = new Set<Precision>();

  constructor() {
    this.#delay.enable();
  }

  addGraph(milliseconds: number, precision: Precision): void {
    this.#graphMilliseconds += milliseconds;
    this.#precisions.add(precision);
  }

  /** Stops measuring; one line that states the figures. */
  end(): string {
    this.#delay.disable();
    const total = performance.now() - this.#start;
    // The histogram holds nanoseconds between two ticks of a timer: one that is on time counts as one resolution.
    const blocked = Math.max(0, this.#delay.max / 1e6 - RESOLUTION);
    return `took ${total.toFixed(0)} ms, ${this.#graphMilliseconds.toFixed(0)} ms of it in the graph in ${[...this.#precisions].join(' and ')}; main was blocked for ${blocked.toFixed(0)} ms at most`;
  }
}
