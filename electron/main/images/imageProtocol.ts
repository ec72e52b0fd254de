import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import type { ContentHash } from '#shared/domain/ids';
import { UNFINISHED } from '#shared/domain/unfinished';
import { IMAGE_SCHEME } from '#shared/ipc/contract';
import type { Application } from '../application';
import { writeBytes } from '../files/writeFile';
import { diskPath } from '../files/diskPath';
import { imageAt } from './imageAddress';

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  bmp: 'image/bmp',
  webp: 'image/webp',
};

/** Side of the pictures made of images that a browser cannot show, or that are far larger than a cell on screen. */
const PICTURE_SIDE = 1024;
const LARGE_BYTES = 2_000_000;

/** Serves images of the store and those that trainings said something of, read-only: nothing else of the disk can be asked for. */
export function serveImages(application: Application): void {
  const { workspace } = application;
  protocol.handle(IMAGE_SCHEME, async (request) => {
    const image = imageAt(workspace, request.url);
    if (image === null) return new Response(null, { status: 404 });
    const { path, hash, isOurs } = image;
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
    try {
      const bytes = await readFile(diskPath(path));
      // A file of the user's may have changed since: another picture would stand for the one that was trained on.
      if (!isOurs && createHash('sha256').update(bytes).digest('hex') !== hash)
        return new Response(null, { status: 410 });
      return type !== undefined && bytes.length < LARGE_BYTES
        ? respond(bytes, type)
        : respond(await picture(application, path, hash), 'image/png');
    } catch (error) {
      workspace.log.warn(`image ${path}: ${error instanceof Error ? error.message : String(error)}`);
      return new Response(null, { status: 404 });
    }
  });
}

/** A PNG of the image, made once by the compute process. */
async function picture({ workspace, compute }: Application, path: string, hash: ContentHash): Promise<Uint8Array> {
  const kept = join(workspace.thumbnails, `${hash}.png`);
  if (existsSync(kept)) return readFile(kept);
  const bytes = await compute.call('picture', { path, side: PICTURE_SIDE });
  await writeBytes(kept, bytes, join(workspace.thumbnails, UNFINISHED));
  return bytes;
}

function respond(bytes: Uint8Array, type: string): Response {
  // Content never changes under its hash, nor does an id of a prediction stand for another.
  return new Response(new Uint8Array(bytes), {
    headers: { 'Content-Type': type, 'Cache-Control': 'private, max-age=31536000, immutable' },
  });
}
