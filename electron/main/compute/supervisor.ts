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

/** A process that was started; the launchers (utilityProcess, fork) make it. */
export interface ComputeProcess {
  send(message: ToCompute): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, with why it ended: an exit code, or a signal's name. */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

export type LaunchCompute = () => ComputeProcess;

export interface CallOptions<M extends ComputeMethod> {
  readonly onProgress?: (value: ComputeProgress<M>) => void;
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: (value: unknown) => void;
}

/**
 * Keeps a compute process: starts it when it is first asked for something, again after it died, and says why it died.
 * A call that a death cuts fails with FailureError `compute-died`; what to do again is the caller's to know.
 */
export class ComputeSupervisor {
  readonly #launch: LaunchCompute;
  readonly #log: Log;
  readonly #onDeath: (error: FailureError) => void;
  readonly #pending = new Map<number, Pending>();
  #process: ComputeProcess | null = null;
  #next = 1;
  #disposed = false;

  constructor(launch: LaunchCompute, log: Log, onDeath: (error: FailureError) => void) {
    this.#launch = launch;
    this.#log = log;
    this.#onDeath = onDeath;
  }

  call<M extends ComputeMethod>(
    method: M,
    params: ComputeParams<M>,
    options: CallOptions<M> = {},
  ): Promise<ComputeResult<M>> {
    const id = this.#next++;
    const { onProgress, signal } = options;
    const schemas = computeRequests[method];
    return new Promise((resolve, reject) => {
      if (this.#disposed) {
        reject(new FailureError('cancelled', 'The program is closing.', 'Start it again to go on.'));
        return;
      }
      const process = (this.#process ??= this.#start());
      const cancel = (): void => {
        process.send({ kind: 'cancel', id });
      };
      const settle = (): void => signal?.removeEventListener('abort', cancel);
      this.#pending.set(id, {
        resolve: (value) => {
          settle();
          resolve(schemas.result.parse(value) as ComputeResult<M>);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onEvent: (value) => onProgress?.(schemas.progress.parse(value) as ComputeProgress<M>),
      });
      process.send({ kind: 'call', id, method, params });
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel);
    });
  }

  /** Ends the process; calls under way fail as cancelled. */
  dispose(): void {
    this.#disposed = true;
    this.#process?.send({ kind: 'dispose' });
    this.#failAll(new FailureError('cancelled', 'The program is closing.', 'Start it again to go on.'));
  }

  #start(): ComputeProcess {
    const process = this.#launch();
    process.onMessage((message) => {
      this.#receive(message);
    });
    process.onExit((reason) => {
      if (this.#process === process) this.#process = null;
      if (this.#disposed) return;
      const error = deathOf(reason);
      this.#log.error(`compute process ended: ${reason}`);
      this.#failAll(error);
      this.#onDeath(error);
    });
    return process;
  }

  #receive(message: unknown): void {
    const parsed = fromComputeSchema.parse(message);
    switch (parsed.kind) {
      case 'ready':
        this.#log.info('compute process is ready');
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

  #failAll(error: FailureError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const each of pending) each.reject(error);
  }
}

function deathOf(reason: string): FailureError {
  const killed = /SIGKILL|137|\b9\b/.test(reason);
  return new FailureError(
    'compute-died',
    `The compute process ended unexpectedly (${reason}).${killed ? ' The system may have run out of memory.' : ''}`,
    'The work goes on in a new one. If it happens again, close other programs, and look into the log.',
  );
}
