import { z } from 'zod';

/** Where a job stands. `pausing` and `cancelling`: it was asked to stop, and its work still runs. */
export const jobStateSchema = z.enum([
  'queued',
  'running',
  'pausing',
  'cancelling',
  'paused',
  'cancelled',
  'failed',
  'done',
]);

/**
 * Numbers the snapshots of a job that leave the store: of two, the one with the higher number is newer. An answer and
 * an event may arrive in either order.
 */
export const revisionSchema = z.int().nonnegative();

export type JobState = z.infer<typeof jobStateSchema>;

/**
 * What happens to a job. A person asks it to `pause`, `cancel` or `resume`. Its work will `begin`, `stop` as it was
 * asked to, `fail` or `finish`. The end of the program may `cut` it.
 */
export type JobEvent = 'begin' | 'pause' | 'cancel' | 'resume' | 'stop' | 'fail' | 'finish' | 'cut';

const TRANSITIONS: Readonly<Record<JobState, Readonly<Partial<Record<JobEvent, JobState>>>>> = {
  queued: { begin: 'running', pause: 'paused', cancel: 'cancelled', fail: 'failed' },
  running: { pause: 'pausing', cancel: 'cancelling', fail: 'failed', finish: 'done', cut: 'queued' },
  pausing: { cancel: 'cancelling', stop: 'paused', fail: 'failed', finish: 'done', cut: 'paused' },
  // Who gave a job up does not need to hear that it failed on its way out.
  cancelling: { stop: 'cancelled', fail: 'cancelled', finish: 'done', cut: 'cancelled' },
  paused: { resume: 'queued', cancel: 'cancelled' },
  cancelled: { resume: 'queued' },
  failed: { resume: 'queued' },
  done: {},
};

/** The state after an event; null where the event means nothing in this state, which then stays. */
export function nextState(state: JobState, event: JobEvent): JobState | null {
  return TRANSITIONS[state][event] ?? null;
}

/** Whether a job's work runs now. */
export function isAtWork(state: JobState): boolean {
  return state === 'running' || state === 'pausing' || state === 'cancelling';
}
