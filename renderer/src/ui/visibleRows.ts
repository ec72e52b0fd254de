export interface Viewport {
  readonly count: number;
  readonly columns: number;
  readonly rowHeight: number;
  /** Scroll position and height of the view, pixels. */
  readonly top: number;
  readonly height: number;
}

/** Rows drawn beyond the view on each side, so that scrolling shows no gaps. */
const MARGIN = 3;

/** Which rows of a grid need drawing: from (inclusive) to (exclusive), of total. */
export function visibleRows({ count, columns, rowHeight, top, height }: Viewport): {
  from: number;
  to: number;
  total: number;
} {
  const total = Math.ceil(count / columns);
  const from = Math.max(0, Math.min(total, Math.floor(top / rowHeight)) - MARGIN);
  const to = Math.min(total, Math.ceil((top + height) / rowHeight) + MARGIN);
  return { from, to: Math.max(from, to), total };
}
