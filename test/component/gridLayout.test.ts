import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GridLayout } from '../../renderer/src/ui/gridLayout';

const grids = fc.record({
  counts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
  columns: fc.integer({ min: 1, max: 9 }),
  rowHeight: fc.integer({ min: 20, max: 300 }),
  headingHeight: fc.constantFrom(0, 40),
});
const itemsOf = ({ counts }: { counts: readonly number[] }): number[] => [
  ...Array(counts.reduce((sum, count) => sum + count, 0)).keys(),
];

describe('the grid of a gallery', () => {
  it('draws every item that is in view, and no row that is not', () => {
    fc.assert(
      fc.property(grids, fc.nat(4000), fc.integer({ min: 1, max: 1200 }), (grid, top, height) => {
        const layout = new GridLayout(grid);
        const inView = itemsOf(grid).filter((index) => {
          const { top: from } = layout.placeOf(index);
          return from < top + height && from + grid.rowHeight > top;
        });
        const { from, to } = layout.between(top, top + height);
        expect(itemsOf(grid).slice(from, to)).toEqual(inView);
      }),
    );
  });

  it('gives every item a place of its own, within its height', () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const layout = new GridLayout(grid);
        const places = itemsOf(grid).map((index) => layout.placeOf(index));
        expect(new Set(places.map(({ column, top }) => `${String(column)} ${String(top)}`)).size).toBe(places.length);
        expect(Math.max(...places.map(({ top }) => top + grid.rowHeight))).toBe(layout.height);
      }),
    );
  });

  it('goes up and down a row at a time through all sections, and stays at the ends', () => {
    const layout = new GridLayout({ counts: [5, 2, 4], columns: 3, rowHeight: 100, headingHeight: 40 });
    const down = (index: number): number => layout.rowsFrom(index, 1);
    // Rows: 0 1 2 / 3 4 | 5 6 | 7 8 9 / 10
    expect([2, 4, 6, 9, 10].map(down)).toEqual([4, 6, 8, 10, 10]);
    expect([10, 8, 6, 4, 1].map((index) => layout.rowsFrom(index, -1))).toEqual([7, 6, 4, 1, 1]);
    expect(layout.rowsFrom(0, 10)).toBe(10);
  });
});
