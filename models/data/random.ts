/** A seeded stream of numbers in [0, 1): Mulberry32 (T. Ettinger), period 2^32. The same seed gives the same stream on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** 0 to count - 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index);
    for (let index = count - 1; index > 0; index--) {
      const other = Math.floor(this.next() * (index + 1));
      const value = order[index] ?? 0;
      order[index] = order[other] ?? 0;
      order[other] = value;
    }
    return order;
  }
}

/** A seed made of numbers (a run's seed, an epoch, what it is for), so that each has a stream of its own: FNV-1a over their 32 bits. */
export function seedOf(...numbers: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((number >>> shift) & 0xff), 0x01000193);
  }
  return hash >>> 0;
}
