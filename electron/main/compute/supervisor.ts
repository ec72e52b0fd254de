import {
  computeRequests,
  fromComputeSchema,
  type ComputeMethod,
  type ComputeParams,
  type ComputeProgress,
  type ComputeResult,
  type ToCompute,
} from '#shared/compute/protocol';
import { FailureError } from '#shared/domain/failure';
import type { Log } from '../log';
import { settlesWithin } from '../within';
import { cannotStart, deathOf, stuck } from './death';

/** A process that was started; the launchers (utilityProcess, fork) make it. */
export interface ComputeProcess {
  send(message: ToCompute): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Each listener is called once, with why it ended: an exit code, or a signal's name. */
  onExit(listener: (reason: string) => void): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
}

export type LaunchCompute = () => ComputeProcess;

export interface CallOptions<M extends ComputeMethod> {
  readonly onProgress?: (value: ComputeProgress<M>) => void;
  readonly signal?: AbortSignal;
}

/** What a supervisor says of its process. */
export interface ComputeNews {
  /** It ended, and was not asked to. */
  readonly onDeath: (error: FailureError) => void;
  /** It has started, or started again: on the same device or another. */
  readonly onReady?: (() => void) | undefined;
}

interface Pending {
  readonly message: ToCompute;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: (value: unknown) => void;
  readonly isCancelled: () => boolean;
}

/** Milliseconds before each further try to start a process that ended before it was ready. */
const PAUSES = [1000, 4000];

/** Milliseconds that work has to stop after it was cancelled; then its process is replaced. */
const TO_CANCEL = 10_000;

/** Milliseconds that the process has to end when the program does, and that the system has to end it. */
const TO_END = 1500;
const TO_BE_KILLED = 500;

/**
 * Keeps a compute process: starts it when it is first asked for something, again after it died, and says why it died.
 * A call that a death cuts fails with FailureError `compute-died`; what to do again is the caller's to know. Where the
 * process ends before it is ready, it is tried again after growing pauses; then the calls fail as `unavailable`.
 */
export class ComputeSupervisor {
  readonly #launch: LaunchCompute;
  readonly #log: Log;
  readonly #news: ComputeNews;
  readonly #pending = new Map<number, Pending>();
  #process: ComputeProcess | null = null;
  #isReady = false;
  #failedStarts = 0;
  #restart: NodeJS.Timeout | null = null;
  #next = 1;
  #disposed = false;

  constructor(launch: LaunchCompute, log: Log, news: ComputeNews) {
    this.#launch = launch;
    this.#log = log;
    this.#news = news;
  }

  /** Starts the process ahead of what it will be asked for. */
  start(): void {
    if (this.#process === null && this.#restart === null && !this.#disposed) this.#launchNext();
  }

  /** FailureError `cancelled` where the signal is aborted, also if the process does not answer any more. */
  call<M extends ComputeMethod>(
    method: M,
    params: ComputeParams<M>,
    options: CallOptions<M> = {},
  ): Promise<ComputeResult<M>> {
    const { onProgress, signal } = options;
    const schemas = computeRequests[method];
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.#disposed || signal?.aborted) {
        reject(this.#disposed ? closing() : cancelled());
        return;
      }
      let grace: NodeJS.Timeout | undefined;
      const cancel = (): void => {
        if (this.#process === null) {
          this.#take(id)?.reject(cancelled());
          return;
        }
        this.#process.send({ kind: 'cancel', id });
        grace = setTimeout(() => {
          this.#replace();
        }, TO_CANCEL);
      };
      const settle = (): void => {
        clearTimeout(grace);
        signal?.removeEventListener('abort', cancel);
      };
      signal?.addEventListener('abort', cancel);
      const message = { kind: 'call', id, method, params } as const;
      this.#pending.set(id, {
        message,
        resolve: (value) => {
          settle();
          resolve(schemas.result.parse(value) as ComputeResult<M>);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onEvent: (value) => onProgress?.(schemas.progress.parse(value) as ComputeProgress<M>),
        isCancelled: () => signal?.aborted ?? false,
      });
      if (this.#process) this.#process.send(message);
      else this.start();
    });
  }

  /** Ends the process, and waits for its end; one that does not end is killed. Calls under way fail as cancelled. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    if (this.#restart) clearTimeout(this.#restart);
    const process = this.#process;
    this.#failAll(closing);
    if (!process) return;
    const ended = new Promise<void>((resolve) => {
      process.onExit(() => {
        resolve();
      });
    });
    process.send({ kind: 'dispose' });
    if (await settlesWithin(ended, TO_END)) return;
    this.#log.warn('compute process did not end, and is killed');
    process.kill();
    await settlesWithin(ended, TO_BE_KILLED);
  }

  #launchNext(): void {
    this.#restart = null;
    this.#isReady = false;
    const process = this.#launch();
    this.#process = process;
    process.onMessage((message) => {
      if (this.#process === process) this.#receive(message);
    });
    process.onExit((reason) => {
      if (this.#process === process) this.#ended(reason);
    });
    for (const { message } of this.#pending.values()) process.send(message);
  }

  #ended(reason: string): void {
    this.#process = null;
    if (this.#disposed) return;
    this.#log.error(`compute process ended: ${reason}`);
    if (this.#isReady) this.#die(deathOf(reason));
    else this.#startAgain(reason);
  }

  #startAgain(reason: string): void {
    const pause = PAUSES[this.#failedStarts++];
    if (pause !== undefined) {
      this.#restart = setTimeout(() => {
        this.#launchNext();
      }, pause);
      return;
    }
    this.#failedStarts = 0;
    this.#die(cannotStart(reason));
  }

  /** Takes another process in place of one that does not stop what was cancelled: it may hang in a native call. */
  #replace(): void {
    this.#log.warn('compute process did not stop what was cancelled, and is killed');
    const process = this.#process;
    this.#process = null;
    process?.kill();
    this.#die(stuck());
  }

  #die(error: FailureError): void {
    this.#failAll((pending) => (pending.isCancelled() ? cancelled() : error));
    this.#news.onDeath(error);
  }

  #receive(message: unknown): void {
    const parsed = fromComputeSchema.parse(message);
    switch (parsed.kind) {
      case 'ready':
        this.#log.info('compute process is ready');
        this.#isReady = true;
        this.#failedStarts = 0;
        this.#news.onReady?.();
        break;
      case 'log':
        this.#log[parsed.level](`compute: ${parsed.message}`);
        break;
      case 'event':
        this.#hear(parsed.id, parsed.value);
        break;
      case 'result':
        this.#take(parsed.id)?.resolve(parsed.value);
        break;
      case 'failure':
        this.#take(parsed.id)?.reject(FailureError.from(parsed.failure));
    }
  }

  /** Whoever cannot keep what they are told (a full disk, say) fails their call with the reason. */
  #hear(id: number, value: unknown): void {
    try {
      this.#pending.get(id)?.onEvent(value);
    } catch (error) {
      this.#process?.send({ kind: 'cancel', id });
      this.#take(id)?.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #failAll(errorOf: (pending: Pending) => FailureError): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of all) pending.reject(errorOf(pending));
  }
}

function cancelled(): FailureError {
  return new FailureError('cancelled', 'The work was stopped.', 'Start it again to go on.');
}

function closing(): FailureError {
  return new FailureError('cancelled', 'The program is closing.', 'Start it again to go on.');
}
