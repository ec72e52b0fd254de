import type { Answer, Bridge, CallArgs, CallName, CallResult, EventName, EventValue } from '#shared/ipc/contract';
import { FailureError } from '#shared/domain/failure';

type Answers = { readonly [N in CallName]?: (args: CallArgs<N>) => CallResult<N> | Promise<CallResult<N>> };

/** Main as a component sees it: given answers (or the FailureError they throw), and events at will. Stands in only because a component test has no Electron. */
export class FakeBridge {
  /** What was asked, in its order. */
  readonly asked: { readonly name: CallName; readonly args: unknown }[] = [];
  readonly #listeners = new Map<string, Set<(value: never) => void>>();
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  readonly bridge: Bridge<File> = {
    call: async <N extends CallName>(name: N, args: CallArgs<N>): Promise<Answer<N>> => {
      this.asked.push({ name, args });
      const answer = this.#answers[name];
      if (!answer) throw new Error(`The test has no answer to ${name}.`);
      try {
        return { result: await answer(args) };
      } catch (error) {
        if (error instanceof FailureError) return { failure: error.failure };
        throw error;
      }
    },
    on: (name, listener) => {
      const listeners = this.#listeners.get(name) ?? new Set();
      this.#listeners.set(name, listeners.add(listener));
      return () => listeners.delete(listener);
    },
    pathOf: () => '',
  };

  emit<N extends EventName>(name: N, value: EventValue<N>): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never);
  }
}
