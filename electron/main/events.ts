import type { EventName, EventValue } from '#shared/ipc/contract';

/** Tells whoever listens (the window, the command line) what happened. */
export type Emit = <N extends EventName>(name: N, value: EventValue<N>) => void;
