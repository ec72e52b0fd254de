import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stratifiedSplit, type SplitItem } from '#models/data/split';
import type { Part } from '#shared/domain/part';

const shares = { test: 0.25, validation: 0.25, seed: 7 };

/** `count` items of each class, in a part or dealt by the split. */
const items = (count: number, part?: Part): SplitItem[] =>
  ['a', 'b'].flatMap((classId) =>
    Array.from({ length: count }, (_, index) => ({
      hash: `${classId} ${String(index)} ${part ?? ''}`,
      classId,
      slide: null,
      alike: null,
      ...(part && { part }),
    })),
  );

const counts = (parts: readonly Part[]): number[] =>
  (['training', 'validation', 'test'] as const).map((part) => parts.filter((each) => each === part).length);

it('sets that folders give are kept, and only those they do not give are dealt', () => {
  const training = items(20, 'training');
  const validation = items(4, 'validation');
  const test = items(6, 'test');
  expect(counts(stratifiedSplit([...training, ...validation, ...test], shares))).toEqual([40, 8, 12]);
  expect(counts(stratifiedSplit([...training, ...test], shares))).toEqual([30, 10, 12]);
  expect(counts(stratifiedSplit(training, shares))).toEqual(counts(stratifiedSplit(items(20), shares)));
});

it('no image leaves the set that its folder gives', () => {
  const part = fc.constantFrom<Part>('training', 'validation', 'test');
  const item = fc.record({
    hash: fc.uuid(),
    classId: fc.constantFrom('a', 'b'),
    slide: fc.option(fc.constantFrom('s1', 's2')),
    alike: fc.option(fc.constantFrom('x', 'y')),
    part,
  });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 40 }), (all) => {
      const parts = stratifiedSplit(all, shares);
      all.forEach((each, index) => {
        if (each.part !== 'training') expect(parts[index]).toBe(each.part);
      });
      if (all.some((each) => each.part === 'test')) {
        const tested = all.filter((_, index) => parts[index] === 'test');
        expect(tested.every((each) => each.part === 'test')).toBe(true);
      }
    }),
  );
});
