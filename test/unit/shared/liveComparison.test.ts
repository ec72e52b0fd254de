import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { worstClass, type Evaluation } from '#shared/domain/evaluation';
import { doubtsOf } from '#shared/domain/liveComparison';
import { wilson } from '#shared/statistics/binomial';

/** Figures of a model that found so many of so many images of each class. */
function figures(perClass: Readonly<Record<string, readonly [k: number, n: number]>>): Evaluation {
  const share = (k: number, n: number): Evaluation['accuracy'] => ({
    value: n === 0 ? null : k / n,
    ...wilson(k, n),
    k,
    n,
  });
  const classes = Object.entries(perClass);
  const [k, n] = classes.reduce(([ks, ns], [, [found, images]]) => [ks + found, ns + images], [0, 0]);
  const tested = classes.filter(([, [, images]]) => images > 0);
  return {
    n,
    classIds: Object.keys(perClass),
    accuracy: share(k, n),
    balancedAccuracy: tested.reduce((sum, [, [found, images]]) => sum + found / images, 0) / Math.max(1, tested.length),
    perClass: classes.map(([classId, [found, images]]) => ({
      classId,
      n: images,
      sensitivity: share(found, images),
      specificity: share(0, 0),
      ppv: share(0, 0),
      npv: share(0, 0),
    })),
    confusion: [],
    ece: 0,
    unfamiliar: null,
    threshold: 0.5,
    identified: share(n, n),
    accuracyIdentified: share(k, n),
  };
}

const good = figures({ neutrophil: [99, 100], lymphocyte: [98, 100] });
const kinds = (candidate: Evaluation, live = good): string[] => doubtsOf(candidate, live).map(({ kind }) => kind);

describe('a model that is to be made live', () => {
  it('goes live unasked where neither its figures nor their limits are below the live model’s', () => {
    expect(kinds(good)).toEqual([]);
    expect(kinds(figures({ neutrophil: [100, 100], lymphocyte: [99, 100] }))).toEqual([]);
  });

  it('is asked about where it was right of a quarter of its images and the live model of nearly all', () => {
    expect(doubtsOf(figures({ neutrophil: [25, 100], lymphocyte: [25, 100] }), good)).toEqual([
      { kind: 'lower-accuracy', certain: true },
      { kind: 'lower-balanced-accuracy' },
    ]);
  });

  it('is asked about where it may be worse: the same share of fewer images, or a rare class given up for a common one', () => {
    expect(kinds(figures({ neutrophil: [50, 51], lymphocyte: [50, 50] }))).toEqual(['lower-accuracy']);
    expect(kinds(figures({ neutrophil: [995, 1000], lymphocyte: [1, 2] }))).toEqual(['lower-balanced-accuracy']);
  });

  it('is asked about without figures, with too few images, and where it was never tested on a class', () => {
    expect(kinds(figures({ neutrophil: [0, 0] }))).toEqual(['no-figures']);
    expect(kinds(figures({ neutrophil: [9, 9], lymphocyte: [9, 9] }))).toEqual(['few-images', 'lower-accuracy']);
    expect(doubtsOf(figures({ neutrophil: [1000, 1000], lymphocyte: [0, 0] }), good)).toEqual([
      { kind: 'classes-missing', classIds: ['lymphocyte'] },
    ]);
    expect(kinds(good, figures({ neutrophil: [0, 0] }))).toEqual([]);
  });

  it('has a worst class: the one found least often of those with images, whatever the order of the classes', () => {
    const counts = fc.array(
      fc.integer({ min: 0, max: 50 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n))),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(counts, (each) => {
        const worst = worstClass(
          figures(Object.fromEntries(each.map((pair, index) => [`class ${String(index)}`, pair]))),
        );
        const shares = each.filter(([, n]) => n > 0).map(([k, n]) => k / n);
        expect(worst?.sensitivity.value ?? null).toEqual(shares.length === 0 ? null : Math.min(...shares));
      }),
    );
  });
});
