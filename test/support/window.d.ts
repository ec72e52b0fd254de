import type { Bridge } from '#shared/ipc/contract';

declare global {
  interface Window {
    /** Given by the preload to the page that the end-to-end tests look into. */
    readonly smearscope: Bridge<File>;
  }
}
