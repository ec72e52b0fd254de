/**
 * Names that tell folders apart: of each, the shortest end of its path that no other one has. `/a/cells` and `/b/cells` become `a/cells` and `b/cells`,
 * `/a/slide 1` stays `slide 1`. Takes either separator; in the order of `folders`, which are all different.
 */
export function slideNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => folder.split(/[\\/]/).filter((part, index) => part !== '' || index === 0));
  const names = paths.map((path) => endOf(path, 1));
  let unclear = [...paths.keys()];
  for (let length = 2; unclear.length > 0; length++) {
    const sharing = new Map<string, number[]>();
    for (const index of unclear) {
      const name = names[index] ?? '';
      sharing.set(name, [...(sharing.get(name) ?? []), index]);
    }
    unclear = [...sharing.values()]
      .filter((same) => same.length > 1)
      .flat()
      .filter((index) => (paths[index]?.length ?? 0) >= length);
    for (const index of unclear) names[index] = endOf(paths[index] ?? [], length);
  }
  return names;
}

/** The last `length` parts of a path; the root alone is its separator. */
function endOf(path: readonly string[], length: number): string {
  return path.slice(-length).join('/') || '/';
}
