import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { FailureError } from '#shared/domain/failure';
import { pathOf } from '#shared/domain/filePath';
import { diskPath } from '../files/diskPath';
import type { FoundFile } from '../store/batchRepository';
import { extensionOf, isPictureName, kindOfFile } from './fileKind';
import { linkTarget, listFolder, realPath, type FolderEntry } from './folderEntries';
import { serviceFile, serviceFolder, type PassedOverList } from './passedOverList';
import { unlessStopped } from './unlessStopped';

/** Files found are handed on in chunks, so that main stays free over a large folder. */
const CHUNK = 500;

/** Entries of a folder that are looked at side by side. */
const AT_ONCE = 64;

/** Files counted in service folders: a NAS keeps several for each image, and their exact number helps nobody. */
const COUNTED_AT_MOST = 10_000;

/** Part `index` of `of`, 1-based: which files of an archive this run takes. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export interface WalkOptions {
  /** Null: all files. */
  readonly shard: Shard | null;
  readonly signal: AbortSignal;
  /** Takes what is passed over. */
  readonly passedOver: PassedOverList;
  /** Hears of a folder that cannot be read before it comes as an unreadable entry, and may throw to stop. */
  readonly onUnreadFolder?: (folder: string, cause: unknown) => void;
}

interface Walk extends WalkOptions {
  /** Real paths of folders that are walked, and of files that were reached by a link or given by their own name. */
  readonly seen: Set<string>;
  /** Parent of the source, to which labels are relative. */
  readonly base: string;
  /** Files in service folders so far. */
  readonly counted: { files: number };
}

/** What became of an entry; neither where it was passed over. */
interface Looked {
  readonly file?: FoundFile;
  readonly folder?: string;
}

/**
 * Finds the images in folders and files, sub-folders included, in natural order: the one walk of classification and training.
 * A file is an image by its extension, else by its first bytes. Pictures that are not read, special files and folders that may not be read come as
 * unreadable entries. All else is counted in `passedOver`: other files, hidden ones, service folders. What is reached twice comes once.
 * FailureError `not-found` if a source is missing, `cancelled` when it is stopped.
 * @example for await (const files of walk(['/slides'], { shard: null, signal, passedOver: new PassedOverList() })) add(files);
 */
export async function* walk(sources: readonly string[], options: WalkOptions): AsyncGenerator<FoundFile[]> {
  const shared = { ...options, seen: new Set<string>(), counted: { files: 0 } };
  let chunk: FoundFile[] = [];
  for (const source of sources.map(pathOf)) {
    for await (const file of walkSource(source, { ...shared, base: dirname(source) })) {
      if (options.shard && !belongs(file.label, options.shard)) continue;
      chunk.push(file);
      if (chunk.length >= CHUNK) {
        yield chunk;
        chunk = [];
      }
    }
  }
  if (chunk.length > 0) yield chunk;
}

async function* walkSource(source: string, walk: Walk): AsyncGenerator<FoundFile> {
  const found = await unlessStopped(
    walk.signal,
    stat(diskPath(source)).catch((error: unknown) => error),
  );
  if (found instanceof Error) {
    throw new FailureError(
      'not-found',
      `${source} cannot be opened: it is not there, or may not be read.`,
      'Check the path and the rights, then try again.',
      { cause: found },
    );
  }
  const looked = await unlessStopped(walk.signal, look(source, { name: basename(source), kind: 'link' }, walk, null));
  if (looked.file) yield looked.file;
  if (looked.folder !== undefined) yield* walkFolder(looked.folder, walk);
}

async function* walkFolder(folder: string, walk: Walk): AsyncGenerator<FoundFile> {
  const { signal, seen, passedOver, base } = walk;
  let entries: readonly FolderEntry[] = [];
  let real = folder;
  let trouble: string | null = null;
  try {
    real = await unlessStopped(signal, realPath(folder));
    if (seen.has(real)) {
      passedOver.add('folder', 'walked already');
      return;
    }
    seen.add(real);
    entries = await unlessStopped(signal, listFolder(folder));
  } catch (error) {
    if (signal.aborted) throw error;
    walk.onUnreadFolder?.(folder, error);
    trouble = folderTrouble(error);
  }
  if (trouble !== null) yield fileIn(folder, base, trouble);
  const folders: string[] = [];
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const some = entries.slice(at, at + AT_ONCE);
    const looked = await unlessStopped(
      signal,
      Promise.all(some.map((entry) => look(join(folder, entry.name), entry, walk, real))),
    );
    for (const each of looked) {
      if (each.file) yield each.file;
      if (each.folder !== undefined) folders.push(each.folder);
    }
  }
  for (const path of folders) yield* walkFolder(path, walk);
}

/** Tells what an entry is. `folder` is the real path of the folder that lists it; null: the user named it, so that it is not passed over. */
async function look(path: string, { name, kind }: FolderEntry, walk: Walk, folder: string | null): Promise<Looked> {
  const { passedOver, base } = walk;
  if (folder !== null && (await isSystems(path, { name, kind }, walk))) return {};
  if (kind === 'folder') return { folder: path };
  if (kind === 'special') return setAside(path, 'This is a pipe, a socket or a device, not a file.', walk, folder);
  if (kind === 'link') {
    const target = await linkTarget(path);
    if (target.kind === 'none') return setAside(path, target.reason, walk, folder);
    if (target.kind === 'folder') return { folder: path };
    if (isFoundElsewhere(target.real, walk)) return {};
    walk.seen.add(target.real);
  } else if (folder !== null && walk.seen.has(join(folder, name))) {
    passedOver.add('file', FOUND_ELSEWHERE);
    return {};
  }
  const found = await kindOfFile(path, name);
  if (found.kind === 'image') return { file: fileIn(path, base, null) };
  if (found.kind === 'unread') return { file: fileIn(path, base, found.reason) };
  if (folder === null)
    return { file: fileIn(path, base, 'This is not an image; JPEG, PNG, BMP, TIFF and WebP are read.') };
  passedOver.add(extensionOf(name) === '' ? 'file without an extension' : `${extensionOf(name)} file`, found.reason);
  return {};
}

const FOUND_ELSEWHERE = 'found at another place too';

/** Whether a file that a link leads to is listed without the link: its folder is walked, or another link led here. */
function isFoundElsewhere(real: string, { seen, passedOver }: Walk): boolean {
  const isListed = seen.has(dirname(real)) && !basename(real).startsWith('.');
  if (!isListed && !seen.has(real)) return false;
  passedOver.add('link', FOUND_ELSEWHERE);
  return true;
}

/** Counts and passes over what systems put beside the user's files. */
async function isSystems(path: string, { name, kind }: FolderEntry, walk: Walk): Promise<boolean> {
  const { passedOver, counted } = walk;
  const service = kind === 'folder' ? serviceFolder(name) : serviceFile(name);
  if (service === null) {
    if (name.startsWith('.'))
      passedOver.add(`hidden ${kind === 'folder' ? 'folder' : 'file'}`, 'named with a dot in front');
    return name.startsWith('.');
  }
  if (kind === 'folder') {
    const files = await countFiles(path, walk);
    if (files > 0) passedOver.add(`file in ${name}`, service, files, counted.files >= COUNTED_AT_MOST);
    else passedOver.add(`folder ${name}`, service);
  } else passedOver.add(`${name} file`, service);
  return true;
}

/** Files in a service folder and below; fewer where the walk has counted enough. */
async function countFiles(folder: string, walk: Walk): Promise<number> {
  let files = 0;
  for (const { name, kind } of await listFolder(folder).catch(() => [])) {
    if (walk.signal.aborted || walk.counted.files >= COUNTED_AT_MOST) break;
    if (kind === 'folder') files += await countFiles(join(folder, name), walk);
    else {
      walk.counted.files++;
      files++;
    }
  }
  return files;
}

/** Names what cannot be a file where one would look for an image, and counts it anywhere else. */
function setAside(path: string, reason: string, { passedOver, base }: Walk, folder: string | null): Looked {
  if (folder === null || isPictureName(basename(path))) return { file: fileIn(path, base, reason) };
  passedOver.add('special file', reason);
  return {};
}

function folderTrouble(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return code === 'EACCES' || code === 'EPERM'
    ? 'The folder may not be read: the rights are missing.'
    : `The folder cannot be read (${code}).`;
}

function fileIn(path: string, base: string, unreadable: string | null): FoundFile {
  return { path, label: relative(base, path).split(sep).join('/'), folder: dirname(path), unreadable };
}

/** By the hash of the relative path, so that all shards of one folder together take each file once, on whatever machine they run. */
function belongs(label: string, { index, of }: Shard): boolean {
  return createHash('sha256').update(label).digest().readUInt32BE(0) % of === index - 1;
}
