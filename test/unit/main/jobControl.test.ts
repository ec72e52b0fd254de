import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JobControl } from '#main/jobs/jobControl';
import { JobQueue } from '#main/jobs/jobQueue';
import { FailureError, type Failure } from '#shared/domain/failure';
import { isAtWork, type JobState } from '#shared/domain/jobState';

interface Entry {
  readonly id: string;
  readonly state: JobState;
  readonly failure: Failure | null;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const cancelled = (): FailureError => new FailureError('cancelled', 'Stopped.', 'Resume it.');

/** Jobs kept in memory, whose work ends as it is told to or when it is stopped. */
class Jobs {
  readonly kept = new Map<string, Entry>();
  readonly seen: string[] = [];
  readonly logged: string[] = [];
  readonly queue = new JobQueue();
  /** Whether what is stopped goes on where it was. */
  goesOn = true;
  #working: { readonly id: string; readonly end: (error?: Error) => void } | null = null;
  /** Throws in place of keeping a state. */
  refuse: ((state: JobState) => void) | null = null;

  readonly control = new JobControl<string, Entry, string>(
    {
      name: 'classification',
      entries: {
        existing: (id) => this.get(id),
        active: () => [...this.kept.values()].filter(({ state }) => state === 'queued' || isAtWork(state)),
        setState: (id, state, failure) => this.#set(id, state, failure),
      },
      changed: ({ id, state }) => this.seen.push(`${id} ${state}`),
      work: (id, signal) =>
        new Promise((resolve, reject) => {
          const end = (error?: Error): void => {
            this.#working = null;
            if (error === undefined) resolve(`made by ${id}`);
            else reject(error);
          };
          signal.addEventListener('abort', () => {
            end(cancelled());
          });
          this.#working = { id, end };
        }),
      finish: (id) => this.#set(id, 'done', null),
      goesOn: () => this.goesOn,
    },
    this.queue,
    {
      folder: '/workspace',
      log: { info: () => undefined, warn: () => undefined, error: (message) => this.logged.push(message) },
    },
  );

  add(id: string, state: JobState = 'queued'): void {
    this.kept.set(id, { id, state, failure: null });
  }

  get(id: string): Entry {
    const entry = this.kept.get(id);
    if (!entry) throw new FailureError('not-found', 'It is not there.', 'Choose another.');
    return entry;
  }

  /** Lets the work that runs end, by an error if one is given, and everything follow from it. */
  async end(error?: Error): Promise<void> {
    this.#working?.end(error);
    await turn();
  }

  get atWork(): string | null {
    return this.#working?.id ?? null;
  }

  #set(id: string, state: JobState, failure: Failure | null): Entry {
    this.refuse?.(state);
    const entry = { id, state, failure };
    this.kept.set(id, entry);
    return entry;
  }
}

async function started(...ids: string[]): Promise<Jobs> {
  const jobs = new Jobs();
  for (const id of ids) {
    jobs.add(id);
    jobs.control.start(id);
  }
  await turn();
  return jobs;
}

describe('a job', () => {
  it('that throws at its start, or anywhere, has failed and says why; it never stays at work', async () => {
    const jobs = await started('a', 'b');
    await jobs.end(new FailureError('disk-full', 'The disk is full.', 'Free some space.'));
    expect(jobs.get('a')).toMatchObject({ state: 'failed', failure: { code: 'disk-full' } });
    await jobs.end(new TypeError('a bug'));
    expect(jobs.get('b')).toMatchObject({ state: 'failed', failure: { code: 'unavailable' } });
    expect(jobs.logged.join()).toContain('a bug');
  });

  it('that was paused and then cancelled ends cancelled', async () => {
    const jobs = await started('a');
    expect(jobs.control.pause('a').state).toBe('pausing');
    expect(jobs.control.cancel('a').state).toBe('cancelling');
    await turn();
    expect(jobs.seen).toEqual(['a running', 'a pausing', 'a cancelling', 'a cancelled']);
  });

  it('that has failed, or is done, cannot be paused', async () => {
    const jobs = await started('a');
    await jobs.end(new Error('broken'));
    expect([jobs.control.pause('a').state, jobs.get('a').failure]).toEqual(['failed', expect.anything()]);
    jobs.control.resume('a');
    await turn();
    await jobs.end();
    expect([jobs.control.pause('a').state, jobs.control.cancel('a').state]).toEqual(['done', 'done']);
  });

  it('that is paused before its turn and resumed at once has its turn, and no two run at once', async () => {
    const jobs = await started('a', 'b');
    jobs.control.pause('b');
    expect(jobs.control.resume('b').state).toBe('queued');
    await turn();
    expect(jobs.atWork).toBe('a');
    await jobs.end();
    expect(jobs.atWork).toBe('b');
    await jobs.end();
    expect(jobs.get('b').state).toBe('done');
  });

  it('that is resumed the moment it stands still goes on', async () => {
    const jobs = await started('a');
    jobs.control.pause('a');
    await jobs.end();
    await turn();
    expect(jobs.get('a').state).toBe('paused');
    jobs.control.resume('a');
    await turn();
    expect([jobs.atWork, jobs.get('a').state]).toEqual(['a', 'running']);
  });

  it('that the end of the program cut waits again, or as it was asked to meanwhile; one that cannot go on has failed', () => {
    const jobs = new Jobs();
    for (const state of ['queued', 'running', 'pausing', 'cancelling', 'done'] as const) jobs.add(state, state);
    jobs.control.recover();
    expect([...jobs.kept.values()].map(({ state }) => state)).toEqual([
      'queued',
      'queued',
      'paused',
      'cancelled',
      'done',
    ]);
    jobs.add('quick', 'running');
    jobs.goesOn = false;
    jobs.control.recover();
    expect(jobs.get('quick')).toMatchObject({ state: 'failed', failure: { code: 'cancelled' } });
  });

  it('that goes on stays as it is at the end of the program, for the next start; one that cannot is cancelled', async () => {
    for (const goesOn of [true, false]) {
      const jobs = await started('a');
      jobs.goesOn = goesOn;
      await jobs.queue.stopAll('shutdown');
      expect(jobs.get('a').state).toBe(goesOn ? 'running' : 'cancelled');
    }
  });

  it('is shown as failed also where a full disk refuses to keep that', async () => {
    const jobs = await started('a');
    jobs.refuse = () => {
      throw new Error('full');
    };
    await jobs.end(new FailureError('disk-full', 'The disk is full.', 'Free some space.'));
    expect(jobs.seen.at(-1)).toBe('a failed');
  });

  it('whatever is asked of it, in whatever order, stands still once its work has ended', async () => {
    const acts = fc.array(fc.constantFrom('pause', 'cancel', 'resume', 'end', 'fail', 'turn'), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(acts, async (happened) => {
        const jobs = await started('a', 'b');
        for (const act of happened) {
          if (act === 'turn') await turn();
          else if (act === 'end') await jobs.end();
          else if (act === 'fail') await jobs.end(new Error('broken'));
          else jobs.control[act]('a');
        }
        for (let ends = 0; ends < 6; ends++) await jobs.end();
        expect(jobs.get('b').state === 'done' || jobs.get('b').state === 'failed').toBe(true);
        const { state, failure } = jobs.get('a');
        expect(['paused', 'cancelled', 'failed', 'done']).toContain(state);
        expect(failure === null).toBe(state !== 'failed');
        expect(jobs.queue.has('a')).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
