import { LARGEST_FAULT } from '#shared/ipc/calls/app';
import { call } from './bridge';

/** A page that fails again and again is not to fill the log. */
const MOST = 50;
let reported = 0;

/** Sends a fault of the program, as against a failure that is expected, to the log; main shows the first one to the user. */
export function reportFault(error: unknown): void {
  if (reported >= MOST) return;
  reported++;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // Without main there is no log, and nobody to report that to.
  call('app.logFault', { text: text.slice(0, LARGEST_FAULT) }).catch(() => undefined);
}

/** Reports what nothing in the page caught. */
export function watchFaults(): void {
  window.addEventListener('error', ({ error, message }) => {
    // The browser's note that sizes settle in the next frame is no fault; it has no error.
    if (error === null && message.startsWith('ResizeObserver loop')) return;
    reportFault(error ?? message);
  });
  window.addEventListener('unhandledrejection', ({ reason }) => {
    reportFault(reason);
  });
}
