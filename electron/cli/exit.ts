/** Exit codes of the command line. `interrupted` is the shell's for Ctrl-C. */
export const EXIT = { done: 0, failed: 1, usage: 2, someUnreadable: 3, interrupted: 130 } as const;
