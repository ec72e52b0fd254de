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
  return headingsOf(cells.map(({ classId }) => classId)).flatMap((classId) => {
    const group = { classId };
    return byDoubt.filter((cell) => cell.classId === classId).map(({ id }) => ({ id, group }));
  });
}

/** Puts cells whose class changed under the heading of their class now, after those that are there; all others keep their order. */
export function regroup(order: readonly Place[], cells: ReadonlyMap<CellId, Cell>): readonly Place[] {
  const groupOf = new Map<string | null, Group>();
  for (const { group } of order) if (isHeading(group)) groupOf.set(group.classId, group);
  const moved = order.flatMap(({ id, group }): Place[] => {
    const cell = cells.get(id);
    if (!cell || !isHeading(group) || cell.classId === group.classId) return [];
    const target = groupOf.get(cell.classId) ?? { classId: cell.classId };
    groupOf.set(cell.classId, target);
    return [{ id, group: target }];
  });
  if (moved.length === 0) return order;
  const movedIds = new Set(moved.map(({ id }) => id));
  const places = [...order.filter(({ id }) => !movedIds.has(id)), ...moved];
  const groups: Group[] = [...headingsOf(groupOf.keys()).map((classId) => groupOf.get(classId) ?? null), 'joined'];
  return groups.flatMap((group) => places.filter((place) => place.group === group));
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

/** These classes once each, in the order of their headings: the unidentified first, then as in reports. */
function headingsOf(classIds: Iterable<string | null>): (string | null)[] {
  const named = [...classIds].filter((classId) => classId !== null);
  return [null, ...cellClasses.current.inReportOrder(named).map(({ id }) => id)];
}

function isHeading(group: Group): group is { readonly classId: string | null } {
  return group !== null && group !== 'joined';
}

function rankOf(cell: Cell): number {
  return isReviewed(cell) ? 2 : cell.status === 'unidentified' ? 0 : 1;
}
