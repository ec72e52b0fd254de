import type { GridLayout } from './gridLayout';

/** Rows that Page up and Page down go by. */
const PAGE = 5;

/** The index that a key goes to from the one at the cursor, in a grid of `count` tiles; null for a key that goes nowhere. */
export function targetOf(
  key: string,
  { cursor, count, layout }: { cursor: number; count: number; layout: GridLayout | null },
): number | null {
  const rows = (by: number): number => layout?.rowsFrom(cursor, by) ?? cursor;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, cursor - 1);
    case 'ArrowRight':
      return Math.min(count - 1, cursor + 1);
    case 'ArrowUp':
      return rows(-1);
    case 'ArrowDown':
      return rows(1);
    case 'PageUp':
      return rows(-PAGE);
    case 'PageDown':
      return rows(PAGE);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
