import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellClassOf, inReportOrder, STANDARD_CLASSES } from '#shared/domain/cellClass';
import { differentialOf } from '#shared/domain/differential';

const counts = fc.dictionary(
  fc.constantFrom(...STANDARD_CLASSES.map((each) => each.id), 'smudge'),
  fc.integer({ min: 0, max: 5000 }),
);

describe('the differential', () => {
  it('leaves erythroblasts, platelets and unidentified cells out of the denominator', () => {
    const result = differentialOf({ neutrophil: 120, lymphocyte: 60, monocyte: 20, erythroblast: 3, platelet: 9 }, 4);
    expect({
      ...result,
      rows: result.rows.filter((row) => row.count > 0).map((row) => [row.cellClass.code, row.percent]),
    }).toEqual({
      rows: [
        ['NEU', 60],
        ['LYM', 30],
        ['MON', 10],
      ],
      whiteCells: 200,
      erythroblasts: 3,
      erythroblastsPer100: 1.5,
      platelets: 9,
      other: 0,
      unidentified: 4,
      caution: null,
    });
  });

  it('gives the exact limits of Rumke’s table for 20 of 100', () => {
    const row = differentialOf({ neutrophil: 80, lymphocyte: 20 }, 0).rows.find(
      (each) => each.cellClass.id === 'lymphocyte',
    );
    expect([row?.low.toFixed(2), row?.high.toFixed(2)]).toEqual(['12.67', '29.18']);
  });

  it('warns under 100 white cells and notes under 200', () => {
    expect([99, 100, 199, 200].map((n) => differentialOf({ neutrophil: n }, 0).caution)).toEqual([
      'warning',
      'note',
      'note',
      null,
    ]);
  });

  it('knows nothing, and divides by nothing, without white cells', () => {
    const { rows, erythroblastsPer100 } = differentialOf({ erythroblast: 5 }, 0);
    expect(rows.map((row) => [row.percent, row.low, row.high])).toEqual(
      Array.from({ length: 6 }, () => [null, 0, 100]),
    );
    expect(erythroblastsPer100).toBeNull();
  });

  it('lets every cell count once, and percentages add up to 100 within their limits', () => {
    fc.assert(
      fc.property(counts, fc.nat(50), (byClass, unidentified) => {
        const result = differentialOf(byClass, unidentified);
        const total = Object.values(byClass).reduce((sum, n) => sum + n, 0);
        expect(result.whiteCells + result.erythroblasts + result.platelets + result.other).toBe(total);
        for (const row of result.rows) {
          expect(row.low).toBeLessThanOrEqual(row.percent ?? 100);
          expect(row.high).toBeGreaterThanOrEqual(row.percent ?? 0);
        }
        if (result.whiteCells > 0) {
          expect(result.rows.reduce((sum, row) => sum + (row.percent ?? 0), 0)).toBeCloseTo(100, 9);
        }
      }),
    );
  });
});

describe('cell classes', () => {
  it('stand in the order laboratories report, a project’s own after them by name', () => {
    expect(inReportOrder(['smudge', 'platelet', 'basophil', 'blast', 'neutrophil']).map((each) => each.id)).toEqual([
      'neutrophil',
      'basophil',
      'platelet',
      'blast',
      'smudge',
    ]);
  });

  it('of a project’s own are named after their folder and stay outside the differential', () => {
    expect(cellClassOf('smudge')).toMatchObject({ name: 'Smudge', code: 'SMUD', role: 'other' });
  });
});
