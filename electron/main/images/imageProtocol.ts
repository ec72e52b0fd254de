import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { contentHashSchema } from '#shared/domain/ids';
import { IMAGE_SCHEME } from '#shared/ipc/contract';
import type { Application } from '../application';

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  bmp: 'image/bmp',
  webp: 'image/webp',
};

/** Side of the pictures made of images that a browser cannot show, or that are far larger than a cell on screen. */
const PICTURE_SIDE = 1024;
const LARGE_BYTES = 2_000_000;

/** Serves stored images by content hash, read-only: nothing else of the disk can be asked for. */
export function serveImages(application: Application): void {
  protocol.handle(IMAGE_SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url);
    const hash = contentHashSchema.safeParse(pathname.slice(1));
    const stored = host === 'stored' && hash.success ? application.workspace.cells.stored(hash.data) : null;
    if (stored === null) return new Response(null, { status: 404 });
    const path = join(application.workspace.images, stored);
    const type = TYPES[stored.slice(stored.lastIndexOf('.') + 1)];
    try {
      const bytes = await readFile(path);
      return type !== undefined && bytes.length < LARGE_BYTES
        ? respond(bytes, type)
        : respond(await picture(application, path, hash.data ?? ''), 'image/png');
    } catch (error) {
      application.workspace.log.warn(`image ${stored}: ${error instanceof Error ? error.message : String(error)}`);
      return new Response(null, { status: 404 });
    }
  });
}

/** A PNG of the image, made once by the compute process. */
async function picture({ workspace, compute }: Application, path: string, hash: string): Promise<Uint8Array> {
  const kept = join(workspace.thumbnails, `${hash}.png`);
  if (existsSync(kept)) return readFile(kept);
  const bytes = await compute.call('picture', { path, side: PICTURE_SIDE });
  const part = `${kept}.${randomUUID()}.part`;
  await writeFile(part, bytes);
  await rename(part, kept);
  return bytes;
}

function respond(bytes: Uint8Array, type: string): Response {
  // Content never changes under its hash.
  return new Response(new Uint8Array(bytes), {
    headers: { 'Content-Type': type, 'Cache-Control': 'private, max-age=31536000, immutable' },
  });
}
