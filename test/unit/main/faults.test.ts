import { expect, it } from 'vitest';
import { faultReporter } from '#main/faults';
import { windowRevival } from '#main/windowRevival';
import { FailureError } from '#shared/domain/failure';

it('every fault is in the log under the id of the run, the first is shown, and what was expected is not', () => {
  const lines: string[] = [];
  const shown: string[] = [];
  const log = (message: string): void => void lines.push(message);
  const report = faultReporter({
    log: { info: log, warn: log, error: log },
    runId: 'abc12345',
    show: (message) => shown.push(message),
  });
  report('device', new FailureError('unavailable', 'TensorFlow cannot start.', 'Install it again.'));
  expect(shown).toEqual([]);
  report('window', 'TypeError: a is not a function');
  report('main', new RangeError('out of bounds'));
  expect(lines.map((line) => line.split('\n')[0])).toEqual([
    '[abc12345] device: FailureError: TensorFlow cannot start.',
    '[abc12345] window: TypeError: a is not a function',
    '[abc12345] main: RangeError: out of bounds',
  ]);
  expect(shown).toEqual([expect.stringContaining('abc12345')]);
});

it('a window that dies is loaded again, and one that dies again and again only when the user says so', async () => {
  let now = 0;
  const did: string[] = [];
  const answers = [true, false];
  const died = windowRevival({
    reload: () => did.push('reload'),
    quit: () => did.push('quit'),
    ask: () => {
      did.push('ask');
      return Promise.resolve(answers.shift() ?? false);
    },
    now: () => now,
  });
  const dieEvery = async (seconds: number, times: number): Promise<string[]> => {
    did.length = 0;
    for (let time = 0; time < times; time++) {
      now += 1000 * seconds;
      await died();
    }
    return [...did];
  };
  expect(await dieEvery(30, 5)).toEqual(['reload', 'reload', 'reload', 'reload', 'reload']);
  now += 60_000;
  expect(await dieEvery(1, 5)).toEqual(['reload', 'reload', 'reload', 'ask', 'reload', 'reload']);
  expect(await dieEvery(1, 3)).toEqual(['reload', 'reload', 'ask', 'quit']);
});
