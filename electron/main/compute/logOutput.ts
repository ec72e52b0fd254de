import type { Log } from '../log';

/** Brings what a process prints (TensorFlow's own notices, say) into the log. */
export function logOutput(
  { stdout, stderr }: { readonly stdout: NodeJS.ReadableStream | null; readonly stderr: NodeJS.ReadableStream | null },
  log: Log,
): void {
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (data: Buffer) => {
      log.info(`compute: ${data.toString().trim()}`);
    });
  }
}
