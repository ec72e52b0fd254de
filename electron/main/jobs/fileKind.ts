import { open } from 'node:fs/promises';
import { FORMAT_BYTES, imageFormat, unreadFormatOf } from '#shared/domain/imageFormat';
import { diskPath } from '../files/diskPath';

/** What a file is to a walk: an image, a picture in a format that is not read, or nothing of interest. */
export type FileKind =
  | { readonly kind: 'image' }
  | { readonly kind: 'unread'; readonly reason: string }
  | { readonly kind: 'other'; readonly reason: string };

/** Extensions under which images lie that are read. What such a file holds is found out when it is decoded. */
const READ = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp']);

/** Extension of a file's name in lower case with its dot, as `extname` has it; empty where there is none. */
export function extensionOf(name: string): string {
  return /[^.](\.[^.]*)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** Whether a file is taken for a picture by its name alone. */
export function isPictureName(name: string): boolean {
  return READ.has(extensionOf(name)) || unreadFormatOf(name) !== null;
}

/** Tells by its name what a regular file is, and by its first bytes where the name says nothing. */
export async function kindOfFile(path: string, name: string): Promise<FileKind> {
  if (READ.has(extensionOf(name))) return { kind: 'image' };
  const named = unreadFormatOf(name);
  if (named !== null) return unread(named);
  let head: Uint8Array;
  try {
    head = await firstBytes(path);
  } catch {
    return { kind: 'other', reason: 'cannot be opened' };
  }
  const format = imageFormat(head);
  if (format?.kind === 'read') return { kind: 'image' };
  return format && extensionOf(name) === '' ? unread(format.name) : { kind: 'other', reason: 'not an image' };
}

function unread(format: string): FileKind {
  return { kind: 'unread', reason: `${format} is not read; JPEG, PNG, BMP, TIFF and WebP are.` };
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(diskPath(path), 'r');
  try {
    const bytes = new Uint8Array(FORMAT_BYTES);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
