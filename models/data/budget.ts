import { cancelled } from './cancelled';

const MEGABYTE = 2 ** 20;

/**
 * Memory that work may hold at once, bytes. Who asks waits, in order, until there is room. What is larger than the whole budget gets it alone.
 * `use` while holding some of the same budget may wait for ever.
 */
export class Budget {
  readonly limit: number;
  #held = 0;
  #peak = 0;
  readonly #waiting: { readonly bytes: number; readonly admit: () => void }[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  /** The most that was ever held at once. */
  get peak(): number {
    return this.#peak;
  }

  /** Runs the work once there is room for its bytes, and keeps them until it ends. FailureError `cancelled` if the signal comes before there is room. */
  async use<T>(bytes: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#take(bytes, signal);
    try {
      return await work();
    } finally {
      this.#held -= bytes;
      this.#admit();
    }
  }

  #take(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(cancelled());
        return;
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(cancelled());
        this.#admit();
      };
      const entry = {
        bytes,
        admit: (): void => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#held += next.bytes;
      this.#peak = Math.max(this.#peak, this.#held);
      next.admit();
    }
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.limit;
  }
}

/** What images may hold on their way: the bytes of their files, and what decoding takes. Decoding waits for nothing else, so a file that waits for it gets its turn. */
export interface ImageMemory {
  readonly files: Budget;
  readonly decoding: Budget;
}

/** A budget of 1 GB, unless another is given. */
export function imageMemory(bytes = 1024 * MEGABYTE): ImageMemory {
  return { files: new Budget(bytes / 4), decoding: new Budget((bytes / 4) * 3) };
}

/** The budget of this process: memory is the process's, whoever reads images in it. */
export const PROCESS_MEMORY = imageMemory();
