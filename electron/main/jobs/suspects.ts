/** Into how many requests the files of one that brought the compute process down are parted: a start costs more than a request. */
const PARTS = 16;

/** Deaths over a file that was in hand alone, after which it is to blame. */
const DEATHS_ALONE = 2;

/**
 * The files that were in hand when the compute process died. They are asked for again in smaller and smaller requests,
 * one at a time, until the one that brings it down is alone; the others are cleared by being done.
 */
export class Suspects<File extends { readonly id: number }> {
  #chunks: (readonly File[])[] = [];
  readonly #deathsAlone = new Map<number, number>();

  /** What to ask for next, and by itself; null if nothing is suspected. */
  next(): readonly File[] | null {
    return this.#chunks[0] ?? null;
  }

  /** The request that `next` gave is done. */
  clear(): void {
    this.#chunks.shift();
  }

  /** The process died with these files in hand, of the request that `next` gave or of another. Gives the file that is to blame. */
  died(inHand: readonly File[]): File | null {
    this.#chunks.shift();
    const [first, ...others] = inHand;
    if (!first) return null;
    if (others.length > 0) {
      const size = Math.ceil(inHand.length / PARTS);
      const parts = Array.from({ length: Math.ceil(inHand.length / size) }, (_, index) =>
        inHand.slice(index * size, (index + 1) * size),
      );
      this.#chunks.unshift(...parts);
      return null;
    }
    const deaths = (this.#deathsAlone.get(first.id) ?? 0) + 1;
    this.#deathsAlone.set(first.id, deaths);
    if (deaths >= DEATHS_ALONE) return first;
    this.#chunks.unshift([first]);
    return null;
  }
}
