import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import type { FoundFile } from '../store/batchRepository';

const READ = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp']);
/** Pictures, but none that are read: named as unreadable, so that nobody misses them. */
const OTHER_PICTURES = new Set(['.gif', '.heic', '.avif', '.jp2', '.svs', '.ndpi', '.psd']);

/** Files found are handed on in portions, so that main never holds its breath over a large folder. */
const PORTION = 500;

/** Part `index` of `of`, 1-based: which files of an archive this run takes. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

const order = new Intl.Collator('en', { numeric: true });

/**
 * Finds the images in dropped folders and files, sub-folders included, in natural order; every folder that holds images is a slide.
 * A file reached twice (a link, a folder dropped twice) comes once; link loops end; hidden files and folders are passed over. A folder that cannot be read comes as an unreadable entry.
 * FailureError `not-found` if a source is missing.
 */
export async function* walk(
  sources: readonly string[],
  shard: Shard | null,
  signal: AbortSignal,
): AsyncGenerator<FoundFile[]> {
  const seen = new Set<string>();
  let portion: FoundFile[] = [];
  for (const source of sources) {
    for await (const file of walkSource(source, seen, signal)) {
      if (shard && !belongs(file.label, shard)) continue;
      portion.push(file);
      if (portion.length >= PORTION) {
        yield portion;
        portion = [];
      }
    }
  }
  if (portion.length > 0) yield portion;
}

async function* walkSource(source: string, seen: Set<string>, signal: AbortSignal): AsyncGenerator<FoundFile> {
  let found;
  try {
    found = await stat(source);
  } catch (error) {
    throw new FailureError(
      'not-found',
      `${source} cannot be opened: it is not there, or may not be read.`,
      'Check the path and the rights, then try again.',
      { cause: error },
    );
  }
  const base = dirname(source);
  if (!found.isDirectory()) {
    const file = await entryOf(source, base, seen, true);
    if (file) yield file;
    return;
  }
  yield* walkFolder(source, base, seen, signal);
}

async function* walkFolder(
  folder: string,
  base: string,
  seen: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<FoundFile> {
  if (signal.aborted) return;
  let entries: Dirent[];
  try {
    const real = await realpath(folder);
    if (seen.has(real)) return;
    seen.add(real);
    entries = [];
    for await (const entry of await opendir(folder)) entries.push(entry);
  } catch {
    yield fileIn(folder, base, 'The folder may not be read: the rights are missing.');
    return;
  }
  entries.sort((a, b) => order.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  const folders: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)))) {
      folders.push(path);
      continue;
    }
    const file = await entryOf(path, base, seen, false);
    if (file) yield file;
  }
  for (const path of folders) yield* walkFolder(path, base, seen, signal);
}

/** The file as an entry of a batch; null if it is no picture (unless the user named it) or was met before. */
async function entryOf(path: string, base: string, seen: Set<string>, named: boolean): Promise<FoundFile | null> {
  const extension = extname(path).toLowerCase();
  const reads = READ.has(extension);
  if (!reads && !named && !OTHER_PICTURES.has(extension)) return null;
  // A link whose target is missing is found out when it is read.
  const real = await realpath(path).catch(() => path);
  if (seen.has(real)) return null;
  seen.add(real);
  return fileIn(
    path,
    base,
    reads
      ? null
      : `${extension === '' ? 'A file without an extension' : extension} is not read; JPEG, PNG, BMP, TIFF and WebP are.`,
  );
}

function fileIn(path: string, base: string, unreadable: string | null): FoundFile {
  const folder = dirname(path);
  return {
    path,
    label: relative(base, path).split(sep).join('/'),
    folder,
    slideName: basename(folder) || folder,
    unreadable,
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** By the hash of the relative path, so that all shards of one folder together take each file once, on whatever machine they run. */
function belongs(label: string, { index, of }: Shard): boolean {
  return createHash('sha256').update(label).digest().readUInt32BE(0) % of === index - 1;
}
