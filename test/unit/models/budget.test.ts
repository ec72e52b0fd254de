import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from '#models/data/budget';

/** Work that ends when told to. */
function work(): { run: () => Promise<void>; end: () => void; begun: () => boolean } {
  let begun = false;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => ((begun = true), ended), end, begun: () => begun };
}

/** Lets everything that can go on do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('memory that images hold on their way', () => {
  it('stays under the budget, whatever is asked for, and what is larger than it goes alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 30 }), async (sizes) => {
        const budget = new Budget(100);
        const tasks = sizes.map((bytes) => budget.use(bytes, settle));
        await Promise.all(tasks);
        expect(budget.held).toBe(0);
        expect(budget.peak).toBeLessThanOrEqual(Math.max(100, ...sizes));
      }),
    );
  });

  it('is given in the order in which it was asked for, so that a large image gets its turn', async () => {
    const budget = new Budget(100);
    const [first, large, small] = [work(), work(), work()];
    const all = [budget.use(60, first.run), budget.use(90, large.run), budget.use(10, small.run)];
    await settle();
    expect([first.begun(), large.begun(), small.begun()]).toEqual([true, false, false]);
    first.end();
    await settle();
    expect([large.begun(), small.begun()]).toEqual([true, true]);
    large.end();
    small.end();
    await Promise.all(all);
  });

  it('is given back by work that fails, and a cancel ends the waiting for it at once', async () => {
    const budget = new Budget(100);
    await expect(budget.use(100, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const holder = work();
    const held = budget.use(100, holder.run);
    const cancel = new AbortController();
    const waiting = budget.use(50, () => Promise.resolve(), cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    holder.end();
    await held;
    expect(budget.held).toBe(0);
  });
});
