/** Disjoint sets of 0 to `count` - 1, joined two at a time (Tarjan 1975, with halved paths). */
export class UnionFind {
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, index) => index);
  }

  /** The member that stands for the set of `item`. */
  find(item: number): number {
    let at = item;
    for (;;) {
      const parent = this.#parents[at] ?? at;
      if (parent === at) return at;
      this.#parents[at] = this.#parents[parent] ?? parent;
      at = parent;
    }
  }

  /** Joins two sets; the smaller number stands for both. */
  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)];
    if (first !== second) this.#parents[Math.max(first, second)] = Math.min(first, second);
  }

  /** Every set, its members in their order, by the first of them. */
  sets(): number[][] {
    const members = new Map<number, number[]>();
    for (let item = 0; item < this.#parents.length; item++) {
      const root = this.find(item);
      const set = members.get(root);
      if (set) set.push(item);
      else members.set(root, [item]);
    }
    return [...members.values()];
  }
}
