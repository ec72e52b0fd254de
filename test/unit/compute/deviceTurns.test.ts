import { describe, expect, it } from 'vitest';
import { DeviceTurns } from '#compute/deviceTurns';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work on a device; a training does a step each time it is told to, other work ends when it is told to. */
class Device {
  readonly turns = new DeviceTurns();
  readonly said: string[] = [];
  readonly #controllers = new Map<string, AbortController>();
  readonly #goOn = new Map<string, () => void>();

  train(name: string, steps: number): void {
    const { signal } = this.#begin(name);
    const work = async (): Promise<void> => {
      for (let step = 1; step <= steps; step++) {
        await this.#told(name);
        this.said.push(`${name} step ${String(step)}`);
        await this.turns.giveWay(signal);
        if (signal.aborted) throw new Error('stopped');
      }
    };
    this.#say(name, this.turns.takeTurn(work, signal));
  }

  classify(name: string): void {
    const { signal } = this.#begin(name);
    const work = async (): Promise<void> => {
      this.said.push(`${name} begins`);
      signal.addEventListener('abort', () => this.#goOn.get(name)?.());
      await this.#told(name);
      if (signal.aborted) throw new Error('stopped');
    };
    this.#say(name, this.turns.overtake(work, signal));
  }

  /** Lets it do its next step, or end; then everything that follows from it. */
  async go(name: string): Promise<void> {
    this.#goOn.get(name)?.();
    await turn();
  }

  async stop(name: string): Promise<void> {
    this.#controllers.get(name)?.abort();
    await turn();
  }

  #begin(name: string): AbortController {
    const controller = new AbortController();
    this.#controllers.set(name, controller);
    return controller;
  }

  #told(name: string): Promise<void> {
    return new Promise((resolve) => this.#goOn.set(name, resolve));
  }

  #say(name: string, result: Promise<void>): void {
    result.then(
      () => this.said.push(`${name} ends`),
      () => this.said.push(`${name} is stopped`),
    );
  }
}

describe('turns on the device', () => {
  it('a classification goes between two steps of the training that runs, before one that waits; order is kept within both', async () => {
    const device = new Device();
    device.train('A', 2);
    device.train('B', 1);
    await turn();
    device.classify('c');
    device.classify('d');
    await turn();
    expect(device.said).toEqual([]);
    for (const name of ['A', 'c', 'd', 'A', 'B']) await device.go(name);
    expect(device.said).toEqual([
      'A step 1',
      'c begins',
      'c ends',
      'd begins',
      'd ends',
      'A step 2',
      'A ends',
      'B step 1',
      'B ends',
    ]);
  });

  it('a training stopped while a classification overtakes it ends at once, and the next one waits for the classification', async () => {
    const device = new Device();
    device.train('A', 2);
    device.train('B', 1);
    await turn();
    device.classify('c');
    await device.go('A');
    await device.stop('A');
    for (const name of ['B', 'c', 'B']) await device.go(name);
    expect(device.said).toEqual(['A step 1', 'c begins', 'A is stopped', 'c ends', 'B step 1', 'B ends']);
  });

  it('a classification stopped while it overtakes lets the training go on, and so does one that still waits', async () => {
    const device = new Device();
    device.train('A', 2);
    await turn();
    device.classify('c');
    device.classify('d');
    await device.go('A');
    await device.stop('d');
    await device.stop('c');
    await device.go('A');
    expect(device.said).toEqual(['A step 1', 'c begins', 'd is stopped', 'c is stopped', 'A step 2', 'A ends']);
  });

  it('a training stopped before its turn does not wait for it, and the device is free for what comes next', async () => {
    const device = new Device();
    device.classify('c');
    device.train('A', 1);
    await turn();
    await device.stop('A');
    await device.go('c');
    device.classify('d');
    await device.go('d');
    expect(device.said).toEqual(['c begins', 'A is stopped', 'c ends', 'd begins', 'd ends']);
  });
});
