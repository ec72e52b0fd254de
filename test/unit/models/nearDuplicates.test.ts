import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '#models/data/random';
import { distance, FINGERPRINT_WORDS, longHashAt, ORIENTATIONS, shortHashAt } from '#models/curation/fingerprint';
import { nearDuplicates } from '#models/curation/nearDuplicates';

/** Some pictures and many near copies of them, as fingerprints: each copy has some bits of its source's turned over. */
function fingerprints(seed: number, count: number): Uint32Array[] {
  const random = new Random(seed);
  const made: Uint32Array[] = [];
  for (let index = 0; index < count; index++) {
    const source = made[Math.floor(random.next() * made.length)];
    if (!source || random.next() < 0.3) {
      made.push(Uint32Array.from({ length: FINGERPRINT_WORDS }, () => random.next() * 2 ** 32));
      continue;
    }
    const copy = Uint32Array.from(source);
    for (let bits = Math.floor(random.next() * 60); bits > 0; bits--) {
      const bit = Math.floor(random.next() * FINGERPRINT_WORDS * 32);
      copy[bit >> 5] = (copy[bit >> 5] ?? 0) ^ (1 << (bit & 31));
    }
    made.push(copy);
  }
  return made;
}

/** The same sets by comparing every image with every other. */
function byBruteForce(prints: readonly Uint32Array[]): number[][] {
  const sets = prints.map((_, index) => new Set([index]));
  const isNear = (a: Uint32Array, b: Uint32Array): boolean =>
    Array.from({ length: ORIENTATIONS }, (_, orientation) => orientation).some(
      (orientation) =>
        distance(a, shortHashAt(orientation), b, shortHashAt(0), 2) <= 7 &&
        distance(a, longHashAt(orientation), b, longHashAt(0), 8) <= 60,
    );
  prints.forEach((a, first) => {
    prints.forEach((b, second) => {
      const [mine, other] = [sets[first], sets[second]];
      if (first === second || !mine || !other || mine === other || !isNear(a, b)) return;
      for (const member of other) {
        mine.add(member);
        sets[member] = mine;
      }
    });
  });
  return [...new Set(sets)].filter(({ size }) => size > 1).map((set) => [...set].sort((a, b) => a - b));
}

it('the index finds the very copies that comparing all with all finds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 60 }), async (seed, count) => {
      const prints = fingerprints(seed, count);
      const inOrder = (sets: number[][]): string[] => sets.map((set) => set.join()).sort();
      expect(inOrder(await nearDuplicates(prints))).toEqual(inOrder(byBruteForce(prints)));
    }),
    { numRuns: 200 },
  );
});

it('a picture that says nothing is like no other', async () => {
  const [print = null] = fingerprints(1, 1);
  expect(await nearDuplicates([null, print, null, print])).toEqual([[1, 3]]);
});
