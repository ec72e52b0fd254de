import { UnionFind } from '../data/unionFind';
import { bitsIn, distance, LONG_WORDS, longHashAt, ORIENTATIONS, SHORT_WORDS, shortHashAt } from './fingerprint';

/**
 * Bits by which short and long hashes of one picture may differ. Measured on 6.5 million pairs of different cells of one laboratory: none within 6 of 64 bits nor within 64 of 256;
 * saving again, resizing and brightness stay within 7.
 */
const SHORT_RADIUS = 7;
const LONG_RADIUS = 60;

/** The short hash is found by quarters of 16 bits: of two within 7 bits, one quarter differs by one bit at most. */
const QUARTERS = 4;
const PROBES = [0, ...Array.from({ length: 16 }, (_, bit) => 1 << bit)];

/** Images searched between two turns of the event loop. */
const AT_ONCE = 2048;

/**
 * Sets of two and more images that are nearly the same picture, turned or mirrored too, by index. Null stands for an image that is compared with none.
 * Multi-index hashing (Norouzi et al. 2012) finds all pairs within SHORT_RADIUS; those within LONG_RADIUS are joined.
 */
export async function nearDuplicates(fingerprints: readonly (Uint32Array | null)[]): Promise<number[][]> {
  const known = fingerprints.flatMap((print, index) => (print ? [{ print, index }] : []));
  const alike = new UnionFind(known.length);
  const found = new ShortHashIndex(known.map(({ print }) => print));
  for (let first = 0; first < known.length; first += AT_ONCE) {
    known.slice(first, first + AT_ONCE).forEach(({ print }, place) => {
      join(print, first + place);
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return alike
    .sets()
    .filter((set) => set.length > 1)
    .map((set) => set.flatMap((place) => known[place]?.index ?? []));

  function join(print: Uint32Array, image: number): void {
    for (let orientation = 0; orientation < ORIENTATIONS; orientation++) {
      for (const other of found.within(print, shortHashAt(orientation), SHORT_RADIUS)) {
        const there = known[other]?.print;
        if (!there || alike.find(other) === alike.find(image)) continue;
        if (distance(print, longHashAt(orientation), there, longHashAt(0), LONG_WORDS) <= LONG_RADIUS)
          alike.join(image, other);
      }
    }
  }
}

/** Images by each quarter of their short hash, as they lie: for each value of a quarter the range of its images in one list. */
class ShortHashIndex {
  /** [images, 2]. */
  readonly #hashes: Uint32Array;
  readonly #quarters: readonly { readonly starts: Uint32Array; readonly images: Uint32Array }[];

  constructor(prints: readonly Uint32Array[]) {
    this.#hashes = new Uint32Array(prints.length * SHORT_WORDS);
    prints.forEach((print, image) => {
      this.#hashes.set(print.subarray(shortHashAt(0), shortHashAt(0) + SHORT_WORDS), image * SHORT_WORDS);
    });
    this.#quarters = Array.from({ length: QUARTERS }, (_, quarter) => {
      const values = prints.map((print) => quarterOf(print, shortHashAt(0), quarter));
      const starts = new Uint32Array(2 ** 16 + 1);
      for (const value of values) starts[value + 1] = (starts[value + 1] ?? 0) + 1;
      for (let value = 1; value < starts.length; value++)
        starts[value] = (starts[value] ?? 0) + (starts[value - 1] ?? 0);
      const next = Uint32Array.from(starts);
      const images = new Uint32Array(prints.length);
      values.forEach((value, image) => {
        const at = next[value] ?? 0;
        images[at] = image;
        next[value] = at + 1;
      });
      return { starts, images };
    });
  }

  /** Images whose hash differs from the one at `at` of `print` by `radius` bits at most; some more than once. */
  within(print: Uint32Array, at: number, radius: number): number[] {
    const found: number[] = [];
    const [low, high] = [print[at] ?? 0, print[at + 1] ?? 0];
    this.#quarters.forEach(({ starts, images }, quarter) => {
      const value = quarterOf(print, at, quarter);
      for (const probe of PROBES) {
        const end = starts[(value ^ probe) + 1] ?? 0;
        for (let place = starts[value ^ probe] ?? 0; place < end; place++) {
          const image = images[place] ?? 0;
          const bits = bitsIn(low ^ (this.#hashes[image * 2] ?? 0)) + bitsIn(high ^ (this.#hashes[image * 2 + 1] ?? 0));
          if (bits <= radius) found.push(image);
        }
      }
    });
    return found;
  }
}

function quarterOf(hashes: Uint32Array, at: number, quarter: number): number {
  return ((hashes[at + (quarter >> 1)] ?? 0) >>> ((quarter & 1) * 16)) & 0xffff;
}
