import fc from 'fast-check';
import { expect, it } from 'vitest';
import { visibleRows } from '../../renderer/src/ui/visibleRows';

it('draws a bounded number of rows of 20,000 cells, wherever one scrolls, and none of them missing from the view', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 80, max: 300 }),
      fc.nat(5_000_000),
      fc.integer({ min: 100, max: 2000 }),
      (columns, rowHeight, top, height) => {
        const { from, to, total } = visibleRows({ count: 20_000, columns, rowHeight, top, height });
        expect((to - from) * columns).toBeLessThanOrEqual((Math.ceil(height / rowHeight) + 7) * columns);
        const firstSeen = Math.min(total, Math.floor(top / rowHeight));
        expect(from).toBeLessThanOrEqual(firstSeen);
        if (top < total * rowHeight) expect(to).toBeGreaterThan(firstSeen);
        expect(to).toBeLessThanOrEqual(total);
      },
    ),
  );
});
