import type { ComputeProcess, LaunchCompute } from '#main/compute/supervisor';
import type { ClassifiedFile, ComputeParams, FromCompute, ToCompute } from '#shared/compute/protocol';

type Call = Extract<ToCompute, { kind: 'call' }>;

/** A process as a supervisor sees it, which says and does what the test tells it to. */
export class FakeProcess {
  readonly sent: ToCompute[] = [];
  isKilled = false;
  #hear: (message: unknown) => void = () => undefined;
  readonly #exits: ((reason: string) => void)[] = [];
  readonly #onSent: (message: ToCompute, process: FakeProcess) => void;

  constructor(onSent: (message: ToCompute, process: FakeProcess) => void) {
    this.#onSent = onSent;
  }

  readonly asSeen: ComputeProcess = {
    send: (message) => {
      this.sent.push(message);
      this.#onSent(message, this);
    },
    onMessage: (listener) => {
      this.#hear = listener;
    },
    onExit: (listener) => {
      this.#exits.push(listener);
    },
    kill: () => {
      this.isKilled = true;
      this.exit('SIGKILL');
    },
  };

  say(message: FromCompute): void {
    this.#hear(message);
  }

  exit(reason: string): void {
    for (const listener of this.#exits.splice(0)) listener(reason);
  }
}

/** Starts processes that do what is said here. Stands in for the machine: it is not to be made ill for a test. */
export class FakeMachine {
  readonly processes: FakeProcess[] = [];
  readonly #onStart: (process: FakeProcess) => void;
  readonly #onSent: (message: ToCompute, process: FakeProcess) => void;

  constructor(
    onStart: (process: FakeProcess) => void,
    onSent: (message: ToCompute, process: FakeProcess) => void = () => undefined,
  ) {
    this.#onStart = onStart;
    this.#onSent = onSent;
  }

  readonly launch: LaunchCompute = () => {
    const process = new FakeProcess(this.#onSent);
    this.processes.push(process);
    queueMicrotask(() => {
      this.#onStart(process);
    });
    return process.asSeen;
  };

  get last(): FakeProcess {
    const process = this.processes.at(-1);
    if (!process) throw new Error('No process was started.');
    return process;
  }
}

/** What a machine does to the files that a process has in hand. */
export interface Health {
  /** Whether the process ends at its start, and how. */
  readonly start?: () => string | null;
  /** Whether it ends when it loads a model. */
  readonly load?: () => string | null;
  /** Whether it ends over this image. */
  readonly image?: (path: string) => string | null;
}

/** A machine whose compute process classifies: all it is given, one by one, as far as its health lets it. */
export function classifyingMachine(health: Health): FakeMachine {
  const asked = (message: ToCompute, process: FakeProcess): void => {
    if (message.kind === 'dispose') process.exit('exit code 0');
    if (message.kind === 'call')
      queueMicrotask(() => {
        answer(message, process, health);
      });
  };
  return new FakeMachine((process) => {
    const end = health.start?.() ?? null;
    if (end === null) process.say({ kind: 'ready' });
    else process.exit(end);
  }, asked);
}

function answer({ id, method, params }: Call, process: FakeProcess, health: Health): void {
  if (method === 'precision') process.say({ kind: 'result', id, value: 'float32' });
  if (method !== 'classify' && method !== 'trial') return;
  const end = health.load?.() ?? null;
  if (end !== null) {
    process.exit(end);
    return;
  }
  if (method === 'trial') {
    const { path } = params as ComputeParams<'trial'>;
    const death = health.image?.(path) ?? null;
    if (death === null) process.say({ kind: 'result', id, value: null });
    else process.exit(death);
    return;
  }
  process.say({ kind: 'event', id, value: [] });
  for (const { key, path } of (params as ComputeParams<'classify'>).files) {
    const death = health.image?.(path) ?? null;
    if (death !== null) {
      process.exit(death);
      return;
    }
    process.say({ kind: 'event', id, value: [classified(key)] });
  }
  process.say({ kind: 'result', id, value: { graphMilliseconds: 0, precision: 'float32' } });
}

/** A file as classified: a neutrophil of an image that no other file holds. */
function classified(key: number): ClassifiedFile {
  const hash = key.toString(16).padStart(64, '0') as Extract<ClassifiedFile, { kind: 'classified' }>['hash'];
  const stored = `00/${hash}.jpg`;
  const probabilities = Float32Array.from({ length: 8 }, (_, index) => (index === 0 ? 1 : 0));
  return {
    kind: 'classified',
    key,
    hash,
    stored,
    bytes: 9,
    width: 9,
    height: 9,
    range: null,
    probabilities,
    unfamiliar: false,
    unlike: [],
  };
}
