import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { pathText } from '#shared/domain/filePath';
import { diskPath } from '../files/diskPath';

/** Something in a folder; `special` is a pipe, a socket or a device. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'special';
}

/** What a link leads to, with its real path; or why it leads to nothing that can be read. */
export type LinkTarget =
  { readonly kind: 'file' | 'folder'; readonly real: string } | { readonly kind: 'none'; readonly reason: string };

const order = new Intl.Collator('en', { numeric: true });

/** Entries read at once: few enough that main stays free between them. */
const BUFFERED = 256;

/** The entries of a folder in natural order. Throws the system's error where it may not be read. */
export async function listFolder(folder: string): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  // Node takes this encoding, and gives names as bytes; its types know it for readdir only, which would read a whole folder at once.
  const opened = await opendir(diskPath(folder), { encoding: 'buffer' as BufferEncoding, bufferSize: BUFFERED });
  for await (const entry of opened as AsyncIterable<unknown> as AsyncIterable<Dirent<Buffer>>)
    entries.push({ name: pathText(entry.name), kind: kindOf(entry) });
  return entries.sort((a, b) => order.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
}

/** Path without links. Throws the system's error. */
export async function realPath(path: string): Promise<string> {
  return pathText(await realpath(diskPath(path), { encoding: 'buffer' }));
}

/** Follows a link, or finds what a path that was given leads to. */
export async function linkTarget(path: string): Promise<LinkTarget> {
  try {
    const found = await stat(diskPath(path));
    if (found.isDirectory() || found.isFile())
      return { kind: found.isFile() ? 'file' : 'folder', real: await realPath(path) };
    return { kind: 'none', reason: 'This leads to a pipe, a socket or a device, not to a file.' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { kind: 'none', reason: LINK_TROUBLE[code] ?? `This link cannot be followed (${code}).` };
  }
}

const LINK_TROUBLE: Readonly<Record<string, string>> = {
  ELOOP: 'This link leads to itself.',
  ENOENT: 'This link leads nowhere.',
  ENOTDIR: 'This link leads nowhere.',
  EACCES: 'This link may not be followed: the rights are missing.',
};

function kindOf(entry: Dirent<Buffer>): FolderEntry['kind'] {
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'link';
  return entry.isFile() ? 'file' : 'special';
}
