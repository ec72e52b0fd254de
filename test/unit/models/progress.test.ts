import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TrainingProgress } from '#shared/domain/run';
import { stages } from '#models/training/progress';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

it('while other work overtakes it a training says that it waits, and its speed and time left are as if it had not', async () => {
  const told: TrainingProgress[] = [];
  let hour: Promise<void> | null = null;
  const giveWay = (): Promise<void> | null => {
    if (hour) vi.advanceTimersByTime(3_600_000);
    return hour;
  };
  const { stage, now } = stages(({ progress }) => told.push(progress), new AbortController().signal, giveWay);
  const progress = stage('training', 400);
  const start = now();
  await progress(0);
  for (const done of [100, 200]) {
    vi.advanceTimersByTime(1000);
    if (done === 200) hour = Promise.resolve();
    await progress(done);
  }
  hour = null;
  vi.advanceTimersByTime(50);
  await progress(205);
  vi.advanceTimersByTime(950);
  await progress(300);
  expect(now() - start).toBe(3000);
  const at = (done: number): object => ({
    stage: 'training',
    done,
    total: 400,
    imagesPerSecond: 100,
    secondsLeft: (400 - done) / 100,
  });
  const unknown = { imagesPerSecond: null, secondsLeft: null };
  expect(told).toEqual([
    { ...at(0), ...unknown },
    at(100),
    at(200),
    { ...at(200), ...unknown, stage: 'waiting' },
    at(200),
    at(300),
  ]);
});

it('a training that is stopped while other work overtakes it does not go on', async () => {
  const controller = new AbortController();
  const { stage } = stages(
    () => undefined,
    controller.signal,
    () => {
      controller.abort();
      return Promise.resolve();
    },
  );
  await expect(stage('training', 400)(0)).rejects.toMatchObject({ failure: { code: 'cancelled' } });
});
