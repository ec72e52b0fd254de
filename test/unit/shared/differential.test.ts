import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedClasses } from '#shared/domain/changeClasses';
import { CellClasses, type ClassChange } from '#shared/domain/cellClass';
import { differentialOf, type ClassCount, type Differential } from '#shared/domain/differential';
import { FIRST_CLASSES } from '#shared/domain/standardClasses';

const own = (change: Partial<ClassChange> & Pick<ClassChange, 'id' | 'role'>): ClassChange => ({
  name: change.id,
  code: change.id.slice(0, 6),
  colour: '#101010',
  parentId: null,
  key: null,
  ...change,
});
/** The first classes and a laboratory's own: one of each role, and a subtype. */
const classes = new CellClasses(
  changedClasses(FIRST_CLASSES, [
    own({ id: 'hairy', role: 'white', colour: '#101011' }),
    own({ id: 'villous', role: 'white', parentId: 'lymphocyte', colour: '#101012' }),
    own({ id: 'late NRBC', role: 'erythroblast', parentId: 'erythroblast', colour: '#101013' }),
    own({ id: 'parasite', role: 'other', colour: '#101014' }),
  ]),
);

const of = (counts: Record<string, number>, unidentified = 0): Differential =>
  differentialOf(classes, counts, unidentified);
const named = (counts: readonly ClassCount[]): unknown[] => counts.map(({ cellClass, count }) => [cellClass.id, count]);

describe('the differential', () => {
  it('leaves erythroblasts, platelets and unidentified cells out of the denominator', () => {
    const result = of({ neutrophil: 120, lymphocyte: 60, monocyte: 20, erythroblast: 3, platelet: 9 }, 4);
    expect({
      ...result,
      rows: result.rows.filter((row) => row.count > 0).map((row) => [row.cellClass.code, row.percent]),
      outside: named(result.outside),
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
      roleNotKnown: 0,
      outside: [
        ['erythroblast', 3],
        ['platelet', 9],
      ],
      unidentified: 4,
      cells: 216,
      caution: null,
    });
  });

  it('of a slide two thirds of whose cells are blasts says so: 66.7 % blasts, and 15.3 % neutrophils, not 46 %', () => {
    const { rows, whiteCells } = of({ blast: 200, neutrophil: 46, lymphocyte: 54 });
    expect(whiteCells).toBe(300);
    expect(rows.filter(({ count }) => count > 0).map((row) => [row.cellClass.id, row.percent?.toFixed(1)])).toEqual([
      ['neutrophil', '15.3'],
      ['lymphocyte', '18.0'],
      ['blast', '66.7'],
    ]);
  });

  it('adds subtypes up to their parent, and lists them with their own limits', () => {
    const { rows, whiteCells } = of({ neutrophil: 50, band: 8, myelocyte: 2, villous: 40 });
    expect(whiteCells).toBe(100);
    expect(
      rows.filter(({ count }) => count > 0).map((row) => [row.cellClass.id, row.count, named(row.subtypes)]),
    ).toEqual([
      ['neutrophil', 58, [['band', 8]]],
      ['lymphocyte', 40, [['villous', 40]]],
      ['ig', 2, [['myelocyte', 2]]],
    ]);
    // scipy.stats.binomtest(8, 100).proportion_ci(method='exact')
    const [band] = rows[0]?.subtypes ?? [];
    expect([band?.percent, band?.low.toFixed(4), band?.high.toFixed(4)]).toEqual([8, '3.5172', '15.1558']);
  });

  it('shows cells of no known role beside the percentages, and those of other roles by name', () => {
    const result = of({
      neutrophil: 10,
      'a stranger': 90,
      parasite: 3,
      smudge_cell: 2,
      'late NRBC': 4,
      giant_platelet: 5,
    });
    expect(named(result.outside)).toEqual([
      ['smudge_cell', 2],
      ['giant_platelet', 5],
      ['late NRBC', 4],
      ['parasite', 3],
      ['a stranger', 90],
    ]);
    expect(result).toMatchObject({
      whiteCells: 10,
      erythroblasts: 4,
      platelets: 5,
      other: 5,
      roleNotKnown: 90,
      cells: 114,
      caution: 'warning',
    });
  });

  it('keeps classes apart that differ in spelling only, so that none is counted twice or lost', () => {
    const result = of({ neutrophil: 5, Neutrophil: 7, 'neutrophil ': 1, constructor: 2 });
    expect([result.whiteCells, result.roleNotKnown, result.cells]).toEqual([5, 10, 15]);
  });

  // Product of Rumke's table: what is published for n = 100 and 200, in percent.
  it.each([
    [0, 100, '0.00', '3.62'],
    [1, 100, '0.03', '5.45'],
    [5, 100, '1.64', '11.28'],
    [20, 100, '12.67', '29.18'],
    [50, 100, '39.83', '60.17'],
    [0, 200, '0.00', '1.83'],
    [10, 200, '2.42', '9.00'],
    [100, 200, '42.87', '57.13'],
  ])('gives the exact limits of Rumke’s table for %i of %i, whatever classes the others are of', (k, n, low, high) => {
    for (const rest of ['neutrophil', 'hairy', 'band']) {
      const row = of({ blast: k, [rest]: n - k, platelet: 50, 'a stranger': 9 }, 20);
      const blast = [...row.rows, { cellClass: classes.of('blast'), count: 0, low: 0, high: 0 }].find(
        ({ cellClass }) => cellClass.id === 'blast',
      );
      if (k > 0) expect([blast?.low.toFixed(2), blast?.high.toFixed(2)]).toEqual([low, high]);
      const lymphocyte = of({ lymphocyte: k, [rest]: n - k }).rows[1];
      expect([lymphocyte?.low.toFixed(2), lymphocyte?.high.toFixed(2)]).toEqual([low, high]);
    }
  });

  it('warns under 100 white cells and notes under 200', () => {
    expect([99, 100, 199, 200].map((n) => of({ blast: n }).caution)).toEqual(['warning', 'note', 'note', null]);
  });

  it('knows nothing, and divides by nothing, without white cells', () => {
    const { rows, erythroblastsPer100 } = of({ erythroblast: 5, parasite: 3, 'a stranger': 4 });
    expect(rows.map((row) => [row.percent, row.low, row.high])).toEqual(
      Array.from({ length: 6 }, () => [null, 0, 100]),
    );
    expect(erythroblastsPer100).toBeNull();
  });

  it('lets every cell count once, and percentages add up to 100 within their limits', () => {
    const ids = [...classes.definitions.map(({ id }) => id), 'a stranger', 'Neutrophil'];
    const counts = fc.dictionary(fc.constantFrom(...ids), fc.integer({ min: 0, max: 5000 }));
    fc.assert(
      fc.property(counts, fc.nat(50), (byClass, unidentified) => {
        const result = of(byClass, unidentified);
        const total = Object.values(byClass).reduce((sum, n) => sum + n, unidentified);
        expect(
          result.whiteCells +
            result.erythroblasts +
            result.platelets +
            result.other +
            result.roleNotKnown +
            result.unidentified,
        ).toBe(total);
        expect(result.cells).toBe(total);
        const shown = new Set(
          [...result.rows, ...result.rows.flatMap(({ subtypes }) => subtypes), ...result.outside].map(
            ({ cellClass }) => cellClass.id,
          ),
        );
        expect(Object.entries(byClass).filter(([id, n]) => n > 0 && !shown.has(id))).toEqual([]);
        for (const row of [...result.rows, ...result.rows.flatMap(({ subtypes }) => subtypes)]) {
          expect(row.low).toBeLessThanOrEqual(row.percent ?? 100);
          expect(row.high).toBeGreaterThanOrEqual(row.percent ?? 0);
        }
        if (result.whiteCells > 0)
          expect(result.rows.reduce((sum, row) => sum + (row.percent ?? 0), 0)).toBeCloseTo(100, 9);
      }),
    );
  });
});
