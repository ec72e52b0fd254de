import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtWork, jobStateSchema, nextState, type JobEvent, type JobState } from '#shared/domain/jobState';

const EVENTS: readonly JobEvent[] = ['begin', 'pause', 'cancel', 'resume', 'stop', 'fail', 'finish', 'cut'];
const states = fc.constantFrom(...jobStateSchema.options);
const events = fc.array(fc.constantFrom(...EVENTS), { maxLength: 30 });

/** The states that a job goes through, from waiting. */
function pathOf(happened: readonly JobEvent[], from: JobState = 'queued'): JobState[] {
  const path: JobState[] = [from];
  for (const event of happened) path.push(nextState(path.at(-1) ?? from, event) ?? path.at(-1) ?? from);
  return path;
}

describe('the state of a job', () => {
  it('is done only by work that finished, and then for good', () => {
    fc.assert(
      fc.property(events, (happened) => {
        const path = pathOf(happened);
        const done = path.indexOf('done');
        if (done < 0) return;
        expect([isAtWork(path[done - 1] ?? 'queued'), happened[done - 1]]).toEqual([true, 'finish']);
        expect(new Set(path.slice(done))).toEqual(new Set(['done']));
      }),
    );
  });

  it('is never paused from a failure, an end or a cancelled job', () => {
    for (const state of ['failed', 'done', 'cancelled'] as const) expect(nextState(state, 'pause')).toBeNull();
  });

  it('ends as cancelled where Cancel comes last, however its work ends, unless it was done by then', () => {
    const ends = fc.constantFrom<JobEvent>('stop', 'fail', 'cut');
    fc.assert(
      fc.property(
        fc.constantFrom<JobState>('queued', 'running', 'pausing', 'cancelling', 'paused'),
        ends,
        (from, end) => {
          expect(pathOf(['cancel', end], from).at(-1)).toBe('cancelled');
        },
      ),
    );
    expect(pathOf(['begin', 'pause', 'cancel', 'stop'])).toEqual([
      'queued',
      'running',
      'pausing',
      'cancelling',
      'cancelled',
    ]);
  });

  it('leaves no work behind: whatever it was asked, a job at work stands still once its work has ended', () => {
    fc.assert(
      fc.property(states, fc.constantFrom<JobEvent>('fail', 'finish', 'cut'), (state, end) => {
        const next = nextState(state, end);
        if (isAtWork(state)) expect(next !== null && !isAtWork(next)).toBe(true);
      }),
    );
  });

  it('can go on from every state in which it stands still, but the end', () => {
    for (const state of ['paused', 'cancelled', 'failed'] as const) expect(nextState(state, 'resume')).toBe('queued');
    expect(nextState('done', 'resume')).toBeNull();
  });
});
