import type { Bridge, CallArgs, CallName, CallResult, EventName, EventValue } from '#shared/ipc/contract';
import { FailureError } from '#shared/domain/failure';

declare global {
  interface Window {
    /** Given by the preload. */
    readonly smearscope: Bridge<File>;
  }
}

/** Asks main; an expected failure comes as a FailureError. */
export async function call<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResult<N>> {
  const answer = await window.smearscope.call(name, args);
  if ('failure' in answer) throw FailureError.from(answer.failure);
  return answer.result;
}

/** Follows an event of main; the function returned stops following. */
export function follow<N extends EventName>(name: N, listener: (value: EventValue<N>) => void): () => void {
  return window.smearscope.on(name, listener);
}

/** Absolute paths of what was dropped. */
export function droppedPaths(transfer: DataTransfer | null): string[] {
  return [...(transfer?.files ?? [])].map((file) => window.smearscope.pathOf(file)).filter((path) => path !== '');
}
