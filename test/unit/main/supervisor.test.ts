import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComputeSupervisor } from '#main/compute/supervisor';
import type { ComputeResult, ToCompute } from '#shared/compute/protocol';
import { FailureError } from '#shared/domain/failure';
import { FakeMachine, type FakeProcess } from '../../support/fakeCompute';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const picture = { path: '/a.tif', side: 64 };
const bytes = Uint8Array.of(1);

interface Supervised {
  readonly machine: FakeMachine;
  readonly compute: ComputeSupervisor;
  readonly deaths: FailureError[];
  readonly ready: () => number;
}

function supervised(
  onStart: (process: FakeProcess) => void,
  onSent?: (message: ToCompute, process: FakeProcess) => void,
): Supervised {
  const machine = new FakeMachine(onStart, onSent);
  const deaths: FailureError[] = [];
  let ready = 0;
  const compute = new ComputeSupervisor(machine.launch, log, {
    onDeath: (error) => deaths.push(error),
    onReady: () => ready++,
  });
  return { machine, compute, deaths, ready: () => ready };
}

const isReady = (process: FakeProcess): void => {
  process.say({ kind: 'ready' });
};
const answers = (message: ToCompute, process: FakeProcess): void => {
  if (message.kind === 'call') process.say({ kind: 'result', id: message.id, value: bytes });
};

/** How a call ended: its failure, or null. */
const failureOf = (call: Promise<unknown>): Promise<FailureError | null> =>
  call.then(
    () => null,
    (error: unknown) => {
      if (error instanceof FailureError) return error;
      throw error;
    },
  );

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a compute process that ends before it is ready', () => {
  it('is tried again after growing pauses, and what was asked of it is answered once it starts', async () => {
    let ill = 2;
    const { machine, compute, deaths } = supervised((process) => {
      if (ill-- > 0) process.exit('SIGKILL');
      else isReady(process);
    });
    const call: Promise<ComputeResult<'picture'>> = compute.call('picture', picture);
    await vi.advanceTimersByTimeAsync(999);
    expect(machine.processes).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(machine.processes).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(3999);
    expect(machine.processes).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    answers({ kind: 'call', id: 1, method: 'picture', params: picture }, machine.last);
    expect([await call, machine.processes.length, deaths]).toEqual([bytes, 3, []]);
  });

  it('each time is tried three times only, and named as the machine’s fault, with the processor where that is it', async () => {
    for (const [reason, message] of [
      ['SIGILL', 'TensorFlow cannot start on this processor (SIGILL).'],
      ['exit code 132', 'TensorFlow cannot start on this processor (exit code 132).'],
      [
        "exit code 1: Error: Cannot find module '@tensorflow/tfjs-node-gpu'",
        "The compute process cannot start (exit code 1: Error: Cannot find module '@tensorflow/tfjs-node-gpu').",
      ],
    ] as const) {
      const { machine, compute, deaths } = supervised((process) => {
        process.exit(reason);
      });
      const calls = [failureOf(compute.call('picture', picture)), failureOf(compute.call('device', null))];
      await vi.advanceTimersByTimeAsync(600_000);
      for (const call of calls) expect((await call)?.failure).toMatchObject({ code: 'unavailable', message });
      expect([machine.processes.length, deaths.map(({ failure }) => failure.message)]).toEqual([3, [message]]);
    }
  });

  it('is tried anew when it is asked for something again, as the machine may be mended', async () => {
    let ill = true;
    const { machine, compute } = supervised((process) => {
      if (ill) process.exit('SIGILL');
      else isReady(process);
    });
    const first = failureOf(compute.call('picture', picture));
    await vi.advanceTimersByTimeAsync(5000);
    expect(await first).not.toBeNull();
    ill = false;
    const second = compute.call('picture', picture);
    answers({ kind: 'call', id: 2, method: 'picture', params: picture }, machine.last);
    expect([await second, machine.processes.length]).toEqual([bytes, 4]);
  });
});

describe('a compute process that dies at work', () => {
  it('fails what was asked with how it ended, and the next call starts another, which says that it is ready', async () => {
    const { machine, compute, deaths, ready } = supervised(isReady);
    const call = failureOf(compute.call('picture', picture));
    await vi.advanceTimersByTimeAsync(0);
    machine.last.exit('SIGSEGV');
    const failure = (await call)?.failure;
    expect([failure?.code, failure?.message.includes('SIGSEGV')]).toEqual(['compute-died', true]);
    expect(deaths).toHaveLength(1);
    compute.call('device', null).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect([machine.processes.length, ready()]).toEqual([2, 2]);
  });
});

describe('work that is cancelled', () => {
  it('but hangs in a native call ends as cancelled when its process was replaced; other work is told to go on', async () => {
    const { machine, compute, deaths } = supervised(isReady);
    const controller = new AbortController();
    const hanging = failureOf(compute.call('picture', picture, { signal: controller.signal }));
    const other = failureOf(compute.call('device', null));
    await vi.advanceTimersByTimeAsync(0);
    controller.abort();
    expect(machine.last.sent.at(-1)).toEqual({ kind: 'cancel', id: 1 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect([(await hanging)?.failure.code, (await other)?.failure.code]).toEqual(['cancelled', 'compute-died']);
    expect([machine.last.isKilled, deaths.length]).toEqual([true, 1]);
  });

  it('and stops in time keeps its process', async () => {
    const { machine, compute } = supervised(isReady);
    const controller = new AbortController();
    const call = failureOf(compute.call('picture', picture, { signal: controller.signal }));
    controller.abort();
    machine.last.say({ kind: 'failure', id: 1, failure: { code: 'cancelled', message: 'm', hint: 'h' } });
    expect((await call)?.failure.code).toBe('cancelled');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(machine.last.isKilled).toBe(false);
  });

  it('while its process is started again ends at once', async () => {
    const { compute } = supervised((process) => {
      process.exit('SIGKILL');
    });
    const controller = new AbortController();
    const call = failureOf(compute.call('picture', picture, { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    expect((await call)?.failure.code).toBe('cancelled');
  });
});

describe('the end of the program', () => {
  it('lets the compute process end by itself', async () => {
    const { machine, compute } = supervised(isReady, ({ kind }, process) => {
      if (kind === 'dispose') process.exit('exit code 0');
    });
    compute.start();
    await compute.dispose();
    expect(machine.last.isKilled).toBe(false);
  });

  it('kills one that hangs, within two seconds, and fails what was asked', async () => {
    const { machine, compute } = supervised(isReady);
    const call = failureOf(compute.call('picture', picture));
    const ended = compute.dispose();
    await vi.advanceTimersByTimeAsync(2000);
    await ended;
    expect([machine.last.isKilled, (await call)?.failure.code]).toEqual([true, 'cancelled']);
    expect((await failureOf(compute.call('device', null)))?.failure.code).toBe('cancelled');
  });

  it('starts no further process', async () => {
    const { machine, compute } = supervised((process) => {
      process.exit('SIGILL');
    });
    const call = failureOf(compute.call('device', null));
    await vi.advanceTimersByTimeAsync(10);
    await compute.dispose();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([machine.processes.length, (await call)?.failure.code]).toEqual([1, 'cancelled']);
  });
});
