import { describe, expect, it } from 'vitest';
import { JobQueue } from '#main/jobs/jobQueue';

type Kind = Parameters<JobQueue['add']>[1];

/** A queue of jobs that end when they are told to, or when they are stopped. */
class Jobs {
  readonly queue = new JobQueue();
  readonly said: string[] = [];
  readonly #ends = new Map<string, () => void>();
  readonly #results = new Map<string, Promise<void>>();

  add(id: string, kind: Kind): void {
    const result = this.queue.add(id, kind, async (signal) => {
      this.said.push(`${id} begins`);
      await new Promise<void>((end) => {
        this.#ends.set(id, end);
        signal.addEventListener('abort', () => {
          end();
        });
      });
      return signal.aborted ? `is stopped: ${String(signal.reason)}` : 'ends';
    });
    this.#results.set(
      id,
      result.then((how) => {
        this.said.push(`${id} ${how ?? 'does not begin'}`);
      }),
    );
  }

  async end(id: string): Promise<void> {
    this.#ends.get(id)?.();
    await this.settle(id);
  }

  /** Waits until it has ended and those behind it had their turn. */
  async settle(id: string): Promise<void> {
    await this.#results.get(id);
    await this.turn();
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the queue of jobs', () => {
  it('begins a classification while a training runs, and keeps the order of two of each', async () => {
    const jobs = new Jobs();
    jobs.add('training 1', 'training');
    jobs.add('training 2', 'training');
    await jobs.turn();
    jobs.add('slide 1', 'classification');
    jobs.add('slide 2', 'classification');
    await jobs.turn();
    expect(jobs.said).toEqual(['training 1 begins', 'slide 1 begins']);
    await jobs.end('slide 1');
    await jobs.end('training 1');
    await jobs.end('slide 2');
    await jobs.end('training 2');
    expect(jobs.said.slice(2)).toEqual([
      'slide 1 ends',
      'slide 2 begins',
      'training 1 ends',
      'slide 2 ends',
      'training 2 begins',
      'training 2 ends',
    ]);
  });

  it('begins a training once no classification is left, also of those that came after it', async () => {
    const jobs = new Jobs();
    jobs.add('slide 1', 'classification');
    jobs.add('training', 'training');
    await jobs.turn();
    jobs.add('slide 2', 'classification');
    await jobs.end('slide 1');
    await jobs.end('slide 2');
    expect(jobs.said).toEqual(['slide 1 begins', 'slide 1 ends', 'slide 2 begins', 'slide 2 ends', 'training begins']);
  });

  it('stops a training while a classification overtakes it, and a classification while it does', async () => {
    const jobs = new Jobs();
    for (const id of ['training', 'slide'] as const) {
      const other = id === 'slide' ? 'training' : 'slide';
      jobs.said.length = 0;
      jobs.add('training', 'training');
      await jobs.turn();
      jobs.add('slide', 'classification');
      await jobs.turn();
      expect(jobs.queue.stop(id, 'pause')).toBe(true);
      await jobs.settle(id);
      expect([jobs.queue.has(id), jobs.queue.has(other)]).toEqual([false, true]);
      await jobs.end(other);
      expect(jobs.said.slice(2)).toEqual([`${id} is stopped: pause`, `${other} ends`]);
    }
  });

  it('lets go of a job that is stopped before its turn at once, so that it can be asked for again', async () => {
    const jobs = new Jobs();
    jobs.add('slide 1', 'classification');
    jobs.add('slide 2', 'classification');
    jobs.add('training', 'training');
    await jobs.turn();
    jobs.queue.stop('slide 2', 'cancel');
    jobs.queue.stop('training', 'pause');
    await Promise.all([jobs.settle('slide 2'), jobs.settle('training')]);
    expect([jobs.queue.has('slide 2'), jobs.queue.has('training')]).toEqual([false, false]);
    jobs.add('training', 'training');
    await jobs.end('slide 1');
    expect(jobs.said).toEqual([
      'slide 1 begins',
      'slide 2 does not begin',
      'training does not begin',
      'slide 1 ends',
      'training begins',
    ]);
  });

  it('stops every job when the program ends, and waits for those that run', async () => {
    const jobs = new Jobs();
    jobs.add('training', 'training');
    await jobs.turn();
    jobs.add('slide 1', 'classification');
    jobs.add('slide 2', 'classification');
    await jobs.turn();
    await jobs.queue.stopAll('shutdown');
    await jobs.turn();
    expect(jobs.said.slice(2).sort()).toEqual([
      'slide 1 is stopped: shutdown',
      'slide 2 does not begin',
      'training is stopped: shutdown',
    ]);
  });
});
