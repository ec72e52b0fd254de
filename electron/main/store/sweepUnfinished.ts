import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from './workspace';

/** How files (`<name>.part`) and folders (`<name>.part-<six letters>`) are called while they are written. */
const UNFINISHED = /\.part(-\w{6})?$/;

/**
 * Removes what an earlier program was writing into the workspace when it died: what is younger than `openedAt` (milliseconds since 1970) is this program's own, and stays.
 * What cannot be removed is logged.
 */
export async function sweepUnfinished(workspace: Workspace, openedAt: number): Promise<void> {
  const { images, thumbnails, models, runFolders, log } = workspace;
  const sweep = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (!UNFINISHED.test(entry.name)) {
        if (entry.isDirectory()) await sweep(path);
      } else if ((await stat(path)).mtimeMs < openedAt) await rm(path, { recursive: true, force: true });
    }
  };
  for (const folder of [images, thumbnails, models, runFolders]) {
    await sweep(folder).catch((error: unknown) => {
      log.warn(`unfinished files in ${folder}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}
