/** How fast something goes, over the last seconds. */
export class Rate {
  readonly #marks: { at: number; done: number }[] = [];
  readonly #window: number;

  constructor(windowMilliseconds = 6000) {
    this.#window = windowMilliseconds;
  }

  /** Notes how much is done now; gives the number a second, or null while there is too little to say. */
  mark(done: number, now = performance.now()): number | null {
    this.#marks.push({ at: now, done });
    while (this.#marks.length > 2 && now - (this.#marks[0]?.at ?? now) > this.#window) this.#marks.shift();
    const first = this.#marks[0];
    if (!first || now - first.at < 200) return null;
    return ((done - first.done) * 1000) / (now - first.at);
  }
}
