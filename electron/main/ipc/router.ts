import { calls, type Answer, type CallName, type CallResult } from '#shared/ipc/contract';
import { FailureError } from '#shared/domain/failure';
import type { z } from 'zod';
import { storeFailure } from '../store/database';

type AnyCalls = Readonly<Record<string, { readonly args: z.ZodType; readonly result: z.ZodType }>>;

/** Answers to a capability's calls. */
export type HandlersOf<Calls extends AnyCalls> = {
  readonly [N in keyof Calls]: (
    args: z.output<Calls[N]['args']>,
  ) => z.infer<Calls[N]['result']> | Promise<z.infer<Calls[N]['result']>>;
};

/** Answers of main to the window's calls. */
export type CallHandlers = HandlersOf<typeof calls>;

/** Larger arguments are no honest call: the largest is a selection of 100,000 cells. */
const LARGEST_ARGUMENTS = 4_000_000;

/**
 * Makes the one function that answers calls: an unknown name, or arguments that do not fit their schema, are refused as `invalid-argument`;
 * an expected failure is an answer; anything else is a bug, which `onBug` hears of, and throws.
 */
export function router(
  handlers: CallHandlers,
  onBug: (name: string, error: unknown) => void,
): (name: unknown, args: unknown) => Promise<Answer<CallName>> {
  return async (name, args) => {
    try {
      if (!isCall(name)) throw invalid(`There is no call ${typeof name === 'string' ? `"${name}"` : typeof name}.`);
      if (lengthOf(args) > LARGEST_ARGUMENTS) throw invalid(`The arguments of ${name} are too large.`);
      return { result: await answer(handlers, name, args) };
    } catch (raw) {
      const error = storeFailure('smearscope.db', raw);
      if (error instanceof FailureError) return { failure: error.failure };
      onBug(String(name), error);
      throw error;
    }
  };
}

function answer<N extends CallName>(
  handlers: CallHandlers,
  name: N,
  args: unknown,
): CallResult<N> | Promise<CallResult<N>> {
  const parsed = calls[name].args.safeParse(args);
  if (!parsed.success) throw invalid(`The arguments of ${name} do not fit: ${parsed.error.issues[0]?.message ?? ''}`);
  return handlers[name](parsed.data as Parameters<CallHandlers[N]>[0]);
}

/** Characters of the arguments as JSON. More than any where JSON has no words for them, which a message between processes may have: a loop, a bigint. */
function lengthOf(args: unknown): number {
  try {
    const text: unknown = JSON.stringify(args);
    return typeof text === 'string' ? text.length : 0;
  } catch {
    return Infinity;
  }
}

function isCall(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

function invalid(message: string): FailureError {
  return new FailureError('invalid-argument', message, 'This is a fault of the program; report it with the log.');
}
