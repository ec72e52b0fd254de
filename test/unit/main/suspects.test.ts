import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Suspects } from '#main/jobs/suspects';

const files = (count: number): { id: number }[] => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

/** Plays a batch whose files of these ids bring the process down when they are in hand; gives who was blamed, and the deaths it took. */
function play(count: number, bad: ReadonlySet<number>): { blamed: number[]; deaths: number; largest: number[] } {
  const suspects = new Suspects<{ id: number }>();
  const blamed = new Set<number>();
  const settled = new Set<number>();
  const largest: number[] = [];
  let deaths = 0;
  for (;;) {
    const chunk = suspects.next();
    const asked = chunk ?? files(count).filter(({ id }) => !settled.has(id) && !blamed.has(id));
    if (asked.length === 0) return { blamed: [...blamed], deaths, largest };
    if (chunk === null) largest.push(asked.length);
    const culprit = asked.find(({ id }) => bad.has(id));
    if (!culprit) {
      for (const { id } of asked) settled.add(id);
      if (chunk) suspects.clear();
      continue;
    }
    deaths++;
    // Those before it were settled; those after it were being read.
    const inHand = asked.slice(asked.indexOf(culprit));
    for (const { id } of asked.slice(0, asked.indexOf(culprit))) settled.add(id);
    const blame = suspects.died(inHand);
    if (blame) blamed.add(blame.id);
  }
}

it('the files that bring the process down are found, all of them, and no other is blamed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 256 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 256 }), { maxLength: 4 }),
      (count, ids) => {
        const bad = new Set(ids.filter((id) => id <= count));
        expect(new Set(play(count, bad).blamed)).toEqual(bad);
      },
    ),
  );
});

it('one of 256 files is found within five deaths, after which requests are full again', () => {
  for (const id of [1, 100, 256]) {
    const { deaths, largest } = play(256, new Set([id]));
    expect(deaths).toBeLessThanOrEqual(5);
    expect(largest).toEqual([256]);
  }
});

it('a file that was in hand alone at one death only is not blamed', () => {
  const suspects = new Suspects<{ id: number }>();
  expect(suspects.died(files(1))).toBeNull();
  expect(suspects.next()).toEqual([{ id: 1 }]);
  suspects.clear();
  expect(suspects.next()).toBeNull();
});
