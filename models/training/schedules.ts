import type { Schedule } from '#shared/domain/recipe';

/** One cycle begins at this share of its peak (Smith & Topin 2018; PyTorch's div_factor 25). */
const CYCLE_START = 0.04;

/** The learning rate of step `step` (from 0) of a stage of `total` steps. */
export function rateAt(schedule: Schedule, step: number, total: number): number {
  if (schedule.kind === 'oneCycle') return schedule.rate * oneCycle(step / total, schedule.rise);
  const { warmUpSteps } = schedule;
  if (step < warmUpSteps) return (decayed(schedule, 0, total) * (step + 1)) / (warmUpSteps + 1);
  return decayed(schedule, step - warmUpSteps, Math.max(1, total - warmUpSteps));
}

function decayed(schedule: Exclude<Schedule, { kind: 'oneCycle' }>, step: number, total: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'exponential':
      return schedule.rate * schedule.factor ** (step / schedule.everySteps);
    case 'cosine': {
      const floor = schedule.floor;
      return schedule.rate * (floor + (1 - floor) * (1 - halfCosine(Math.min(1, step / total))));
    }
  }
}

/** Rises over the first part, `rise`, of the run and falls to nothing, both as half a cosine; 1 at the peak. `done` is a share of the run. */
export function oneCycle(done: number, rise: number): number {
  return done < rise ? CYCLE_START + (1 - CYCLE_START) * halfCosine(done / rise) : halfCosine((1 - done) / (1 - rise));
}

/** From 0 at 0 to 1 at 1. */
function halfCosine(share: number): number {
  return (1 - Math.cos(Math.PI * share)) / 2;
}
