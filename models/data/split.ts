import { createHash } from 'node:crypto';
import type { Part } from '#shared/domain/part';
import { UnionFind } from './unionFind';

export interface SplitItem {
  readonly hash: string;
  readonly classId: string;
  /** Items of one slide stay together; null where slides are not known. */
  readonly slide: string | null;
  /** Items of one picture stay together; null where no other item shows it. */
  readonly alike: string | null;
  /** The part that is given for it. */
  readonly part?: Part | undefined;
}

export interface SplitShares {
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
}

/**
 * Splits items, stratified by class: whole slides stay together, and so do images of one picture. Membership hangs on seed and content alone, not on file names or order,
 * so the test set stays the same when files are renamed or listed differently.
 * Parts that are given are kept; those that no item is given are dealt out among the items of the training set. Gives a part for each item.
 */
export function stratifiedSplit(items: readonly SplitItem[], shares: SplitShares): Part[] {
  const parts = items.map(({ part }): Part => part ?? 'training');
  const dealt = (['test', 'validation'] as const).filter((part) => !parts.includes(part));
  const isOpen = parts.map((part) => part === 'training');
  const groups = groupsOf(items, shares.seed, ({ slide, hash }) =>
    slide === null ? `image ${hash}` : `slide ${slide}`,
  ).map((members) => members.filter((index) => isOpen[index]));
  const sizes = countBy(items.filter((_, index) => isOpen[index]));
  const taken = { test: new Map<string, number>(), validation: new Map<string, number>() };
  for (const members of groups) {
    const part = dealt.find((each) => fits(members, each));
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
 * Folds for cross-validation, 0 to folds - 1, seeded as the split is: whole slides stay together, and so do images of one picture. Each goes where least of its classes is, so that the folds are
 * stratified as far as that allows; there may be fewer slides than folds, and then some folds are empty.
 */
export function stratifiedFolds(items: readonly SplitItem[], folds: number, seed: number): number[] {
  const groups = groupsOf(items, seed, ({ slide, hash }) => `fold ${slide ?? hash}`);
  const sizes = countBy(items);
  const held = Array.from({ length: folds }, () => new Map<string, number>());
  const result = new Array<number>(items.length).fill(0);
  for (const members of groups) {
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

/**
 * Items that stay together (of one slide, of one content, of one picture, or bound by several of these), as indices, in an order that hangs on the seed and on what `nameOf` calls them.
 * A group is ranked by its slides where it has some.
 */
function groupsOf(items: readonly SplitItem[], seed: number, nameOf: (item: SplitItem) => string): number[][] {
  const bound = new UnionFind(items.length);
  const firstOf = new Map<string, number>();
  items.forEach((item, index) => {
    const keys = [nameOf(item), `content ${item.hash}`, ...(item.alike === null ? [] : [`alike ${item.alike}`])];
    for (const key of keys) {
      bound.join(index, firstOf.get(key) ?? index);
      firstOf.set(key, firstOf.get(key) ?? index);
    }
  });
  const ranked = bound.sets().map((members) => {
    const inGroup = members.flatMap((index) => items[index] ?? []);
    const named = inGroup.filter(({ slide }) => slide !== null);
    const names = new Set((named.length > 0 ? named : inGroup).map(nameOf));
    const ranks = [...names].map((name) => rankOf(seed, name)).sort();
    return { rank: ranks[0] ?? '', members };
  });
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0)).map(({ members }) => members);
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
