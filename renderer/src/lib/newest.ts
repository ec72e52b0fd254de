interface Snapshot {
  readonly id: string;
  /** Of two snapshots of one thing the one with the higher number is newer. */
  readonly revision: number;
}

/** The list with a snapshot at its place, or first where it is new; as it was where the snapshot is older than the list's. */
export function withNewest<T extends Snapshot>(list: readonly T[], snapshot: T): readonly T[] {
  const at = list.findIndex(({ id }) => id === snapshot.id);
  const known = list[at];
  if (!known) return [snapshot, ...list];
  return known.revision > snapshot.revision ? list : list.with(at, snapshot);
}
