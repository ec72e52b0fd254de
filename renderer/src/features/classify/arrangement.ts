import type { Cell } from '#shared/domain/cell';
import type { CellId } from '#shared/domain/ids';
import { cellClasses } from '../../lib/cellClasses.svelte';

/** How a gallery is sorted: the most doubtful cell of all first, or of each class under its heading. */
export type Sorting = 'doubt' | 'class';

/** What cells stand under: a class, none, or having joined since the sorting. Null: no headings. */
export type Group = { readonly classId: string | null } | 'joined' | null;

/** Where a cell stands in a gallery. */
export interface Place {
  readonly id: CellId;
  readonly group: Group;
}

/** So many cells in a row under one heading. */
export interface Section {
  readonly group: Group;
  readonly count: number;
}

/** Sorts cells: within all, or within their class in report order, the most doubtful first and those that a person has seen last. */
export function arrange(cells: readonly Cell[], sorting: Sorting): Place[] {
  const byDoubt = [...cells].sort((a, b) => rankOf(a) - rankOf(b) || a.confidence - b.confidence || a.id - b.id);
  if (sorting === 'doubt') return byDoubt.map(({ id }) => ({ id, group: null }));
  const found = new Set(cells.map(({ classId }) => classId));
  const classIds = cellClasses.current
    .inReportOrder([...found].filter((classId) => classId !== null))
    .map(({ id }) => id);
  return [null, ...classIds].flatMap((classId) => {
    const group = { classId };
    return byDoubt.filter((cell) => cell.classId === classId).map(({ id }) => ({ id, group }));
  });
}

/** Neighbours of one group make a section. */
export function sectionsOf(groups: readonly Group[]): Section[] {
  const sections: { group: Group; count: number }[] = [];
  for (const group of groups) {
    const last = sections.at(-1);
    if (last?.group === group) last.count++;
    else sections.push({ group, count: 1 });
  }
  return sections;
}

export function isReviewed({ status }: Cell): boolean {
  return status === 'confirmed' || status === 'corrected';
}

function rankOf(cell: Cell): number {
  return isReviewed(cell) ? 2 : cell.status === 'unidentified' ? 0 : 1;
}
