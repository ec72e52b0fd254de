import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleSchema } from '#shared/domain/recipe';
import { rateAt } from '#models/training/schedules';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const TOTAL = 5000;
const STEPS = [0, 1, 250, 999, 1000, 1001, 2500, 4999];

const PEER = `
import json, sys, keras
steps = json.load(sys.stdin)
exponential = keras.optimizers.schedules.ExponentialDecay(0.001, 1000, 0.95)
cosine = keras.optimizers.schedules.CosineDecay(0.003, ${String(TOTAL)}, alpha=0.1)
print(json.dumps([[float(schedule(step)) for step in steps] for schedule in (exponential, cosine)]))
`;

describe('the learning rate', () => {
  it('decays exponentially and as a cosine as in Keras', () => {
    const peers = JSON.parse(
      execFileSync(PYTHON, ['-c', PEER], {
        input: JSON.stringify(STEPS),
        encoding: 'utf8',
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
      }),
    ) as number[][];
    const schedules = [
      { kind: 'exponential', rate: 0.001, everySteps: 1000, factor: 0.95 },
      { kind: 'cosine', rate: 0.003, floor: 0.1 },
    ].map((each) => scheduleSchema.parse(each));
    schedules.forEach((schedule, index) => {
      const ours = STEPS.map((step) => rateAt(schedule, step, TOTAL));
      ours.forEach((rate, at) => {
        expect(rate).toBeCloseTo(peers[index]?.[at] ?? NaN, 8);
      });
    });
  });

  it('of one cycle begins at a 25th of its peak, reaches it, and ends near nothing', () => {
    const schedule = scheduleSchema.parse({ kind: 'oneCycle', rate: 0.01, rise: 0.3 });
    expect(rateAt(schedule, 0, 1000)).toBeCloseTo(0.0004, 10);
    expect(rateAt(schedule, 300, 1000)).toBeCloseTo(0.01, 10);
    expect(rateAt(schedule, 999, 1000)).toBeLessThan(1e-7);
  });

  it('rises evenly over the warm-up, then follows its schedule, and is never above its peak', () => {
    const kinds = fc.constantFrom('constant' as const, 'exponential' as const, 'cosine' as const);
    fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 60, max: 500 }),
        (kind, warmUpSteps, total) => {
          const schedule = scheduleSchema.parse({ kind, rate: 0.01, warmUpSteps });
          const rates = Array.from({ length: total }, (_, step) => rateAt(schedule, step, total));
          expect(Math.max(...rates)).toBeLessThanOrEqual(0.01 + 1e-12);
          expect(rates[warmUpSteps]).toBeCloseTo(0.01, 12);
          const rises = rates.slice(1, warmUpSteps + 1).map((rate, index) => rate - (rates[index] ?? 0));
          for (const rise of rises) expect(rise).toBeCloseTo(rates[0] ?? 0, 12);
        },
      ),
    );
  });
});
