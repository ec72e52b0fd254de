import type { Log } from '../log';

/** What a process that cannot start says of why: an error of Node, or of the system's loader. */
const REASON = /^\s*(?:[A-Za-z]*Error\b.*: .*|.*cannot open shared object file.*)$/m;

/** Brings what a process prints (TensorFlow's own notices, say) into the log. Gives a function that says the last error it printed. */
export function logOutput(
  { stdout, stderr }: { readonly stdout: NodeJS.ReadableStream | null; readonly stderr: NodeJS.ReadableStream | null },
  log: Log,
  name: string,
): () => string | null {
  let reason: string | null = null;
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (data: Buffer) => {
      const text = data.toString().trim();
      reason = REASON.exec(text)?.[0].trim() ?? reason;
      log.info(`${name}: ${text}`);
    });
  }
  return () => reason;
}
