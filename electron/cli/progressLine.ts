const INTERVAL = 2000;

/** One line of progress on standard error: rewritten in place on a terminal, else a line every two seconds. */
export class ProgressLine {
  #told = 0;

  show(text: string, { last = false } = {}): void {
    const now = Date.now();
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[2K${text}${last ? '\n' : ''}`);
    } else if (last || now - this.#told >= INTERVAL) {
      this.#told = now;
      process.stderr.write(`${text}\n`);
    }
  }
}

/** 83 -> "1 min 23 s". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${String(whole)} s` : `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
}
