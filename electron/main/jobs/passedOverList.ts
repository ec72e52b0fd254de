import { passedOverText, type PassedOver } from '#shared/domain/passedOver';

/** Folders that systems and storage make beside the user's, by their names in lower case. */
const SERVICE_FOLDERS: ReadonlyMap<string, string> = new Map([
  ['@eadir', 'thumbnails of a NAS'],
  ['.@__thumb', 'thumbnails of a NAS'],
  ['#recycle', 'recycle bin of a NAS'],
  ['@recycle', 'recycle bin of a NAS'],
  ['#snapshot', 'older states kept by a NAS'],
  ['@recently-snapshot', 'older states kept by a NAS'],
  ['.snapshot', 'older states kept by a NAS'],
  ['@tmp', 'temporary files of a NAS'],
  ['.thumbnails', 'thumbnails'],
  ['__macosx', 'what macOS adds to archives'],
  ['.trashes', 'trash of macOS'],
  ['$recycle.bin', 'recycle bin of Windows'],
  ['system volume information', 'made by Windows'],
]);

const SERVICE_FILES: ReadonlyMap<string, string> = new Map([
  ['thumbs.db', 'thumbnails of Windows'],
  ['ehthumbs.db', 'thumbnails of Windows'],
  ['desktop.ini', 'made by Windows'],
]);

/** What a folder of this name is where a system made it; null for a user's folder. */
export function serviceFolder(name: string): string | null {
  return SERVICE_FOLDERS.get(name.toLowerCase()) ?? null;
}

/** As serviceFolder, for files. */
export function serviceFile(name: string): string | null {
  return SERVICE_FILES.get(name.toLowerCase()) ?? null;
}

/** What a walk passes over, counted by kind and reason. */
export class PassedOverList {
  readonly #found = new Map<string, PassedOver>();

  /** Adds `count` of a kind, such as `file in @eaDir`; `isLeast`: there may be more. */
  add(what: string, reason: string, count = 1, isLeast = false): void {
    const key = `${what}\n${reason}`;
    const before = this.#found.get(key);
    this.#found.set(key, {
      what,
      reason,
      count: (before?.count ?? 0) + count,
      isLeast: isLeast || before?.isLeast === true,
    });
  }

  /** The most frequent first. */
  list(): PassedOver[] {
    return [...this.#found.values()].sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
  }

  /** One for each kind: "Passed over: 6 files in @eaDir (thumbnails of a NAS)." */
  sentences(): string[] {
    return this.list().map((each) => `Passed over: ${passedOverText(each)}.`);
  }
}
