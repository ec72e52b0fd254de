import { createHash } from 'node:crypto';

export type Part = 'training' | 'validation' | 'test';

export interface SplitItem {
  readonly hash: string;
  readonly classId: string;
  /** Items of one slide stay together; null where slides are not known. */
  readonly slide: string | null;
}

export interface SplitShares {
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
}

/**
 * Splits items, stratified by class: whole slides stay together, and so do equal images. Membership hangs on seed and content alone, not on file names or order,
 * so the locked test part stays locked when files are renamed or listed differently. Gives a part for each item.
 */
export function stratifiedSplit(items: readonly SplitItem[], shares: SplitShares): Part[] {
  const groups = new Map<string, number[]>();
  items.forEach((item, index) => {
    const group = item.slide === null ? `image ${item.hash}` : `slide ${item.slide}`;
    const members = groups.get(group);
    if (members) members.push(index);
    else groups.set(group, [index]);
  });
  const ordered = [...groups]
    .map(([group, members]) => ({ rank: rankOf(shares.seed, group), members }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));

  const sizes = countBy(items);
  const parts = new Array<Part>(items.length).fill('training');
  const taken = { test: new Map<string, number>(), validation: new Map<string, number>() };
  for (const { members } of ordered) {
    const part = (['test', 'validation'] as const).find((each) => fits(members, each));
    if (!part) continue;
    for (const index of members) {
      parts[index] = part;
      const classId = items[index]?.classId ?? '';
      taken[part].set(classId, (taken[part].get(classId) ?? 0) + 1);
    }
  }
  return parts;

  /** Whether the group brings every class it holds nearer to its share of the part, and past it by no more than half the group. */
  function fits(members: readonly number[], part: 'test' | 'validation'): boolean {
    const within = countBy(members.flatMap((index) => items[index] ?? []));
    return [...within].every(([classId, count]) => {
      const wanted = Math.round((sizes.get(classId) ?? 0) * shares[part]);
      return (taken[part].get(classId) ?? 0) + count / 2 < wanted + (count > 1 ? 0 : 0.5) && wanted > 0;
    });
  }
}

/**
 * Folds for cross-validation, 0 to folds - 1, seeded as the split is: whole slides stay together, and so do equal images. Each goes where least of its classes is, so that the folds are
 * stratified as far as that allows; there may be fewer slides than folds, and then some folds are empty.
 */
export function stratifiedFolds(items: readonly SplitItem[], folds: number, seed: number): number[] {
  const groups = new Map<string, number[]>();
  items.forEach((item, index) => {
    const rank = rankOf(seed, `fold ${item.slide ?? item.hash}`);
    const members = groups.get(rank);
    if (members) members.push(index);
    else groups.set(rank, [index]);
  });
  const sizes = countBy(items);
  const held = Array.from({ length: folds }, () => new Map<string, number>());
  const result = new Array<number>(items.length).fill(0);
  for (const [, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const within = countBy(members.flatMap((index) => items[index] ?? []));
    const shares = held.map((counts) =>
      [...within.keys()].reduce((sum, id) => sum + (counts.get(id) ?? 0) / (sizes.get(id) ?? 1), 0),
    );
    const fold = shares.indexOf(Math.min(...shares));
    for (const index of members) result[index] = fold;
    for (const [id, count] of within) held[fold]?.set(id, (held[fold].get(id) ?? 0) + count);
  }
  return result;
}

function rankOf(seed: number, group: string): string {
  return createHash('sha256')
    .update(`${String(seed)}:${group}`)
    .digest('hex');
}

function countBy(items: readonly SplitItem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { classId } of items) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  return counts;
}
