export interface Grid {
  /** Number of items of each section, in order. */
  readonly counts: readonly number[];
  readonly columns: number;
  readonly rowHeight: number;
  /** Height of the heading above the rows of each section; 0 for none. */
  readonly headingHeight: number;
}

interface PlacedSection {
  /** Index of the first item. */
  readonly first: number;
  readonly count: number;
  /** Where the heading begins, pixels from the top of the grid. */
  readonly top: number;
}

/** Where everything of a long grid stands, so that only what is in view need be drawn. Items are numbered through all sections. */
export class GridLayout {
  readonly sections: readonly PlacedSection[];
  readonly height: number;
  readonly #grid: Grid;

  constructor(grid: Grid) {
    const sections: PlacedSection[] = [];
    let first = 0;
    let top = 0;
    for (const count of grid.counts) {
      sections.push({ first, count, top });
      first += count;
      top += grid.headingHeight + Math.ceil(count / grid.columns) * grid.rowHeight;
    }
    this.sections = sections;
    this.height = top;
    this.#grid = grid;
  }

  /** Column of an item, and where its row begins. */
  placeOf(index: number): { column: number; top: number } {
    const { columns, rowHeight, headingHeight } = this.#grid;
    const section = this.#sectionOf(index);
    if (!section) return { column: 0, top: 0 };
    const within = index - section.first;
    return {
      column: within % columns,
      top: section.top + headingHeight + Math.floor(within / columns) * rowHeight,
    };
  }

  /** The items whose rows touch what lies between two heights: from (inclusive) to (exclusive). */
  between(top: number, bottom: number): { from: number; to: number } {
    const { columns, rowHeight, headingHeight } = this.#grid;
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (const section of this.sections) {
      const start = section.top + headingHeight;
      const rows = Math.ceil(section.count / columns);
      const firstRow = Math.max(0, Math.floor((top - start) / rowHeight));
      const endRow = Math.min(rows, Math.ceil((bottom - start) / rowHeight));
      if (firstRow >= endRow) continue;
      from = Math.min(from, section.first + firstRow * columns);
      to = section.first + Math.min(section.count, endRow * columns);
    }
    return from < to ? { from, to } : { from: 0, to: 0 };
  }

  /** The item so many rows below (above, if negative) in the same column, or the last of a shorter row; stays in the first and the last row. */
  rowsFrom(index: number, rows: number): number {
    let at = index;
    for (let step = 0; step < Math.abs(rows); step++) at = this.#nextRow(at, Math.sign(rows));
    return at;
  }

  #nextRow(index: number, direction: number): number {
    const { columns } = this.#grid;
    const section = this.#sectionOf(index);
    if (!section) return index;
    const column = (index - section.first) % columns;
    const row = Math.floor((index - section.first) / columns) + direction;
    if (row >= 0 && row * columns < section.count)
      return section.first + Math.min(row * columns + column, section.count - 1);
    const neighbour = this.sections[this.sections.indexOf(section) + direction];
    if (!neighbour) return index;
    const start = direction > 0 ? 0 : (Math.ceil(neighbour.count / columns) - 1) * columns;
    return neighbour.first + Math.min(start + column, neighbour.count - 1);
  }

  #sectionOf(index: number): PlacedSection | undefined {
    return this.sections.find(({ first, count }) => index < first + count);
  }
}
