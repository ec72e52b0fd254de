import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from './workspace';

/** How the program calls what it has not finished. */
const NAME = /^smearscope-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Removes what an earlier program was writing into the workspace when it died, and nothing else. What is found when this is called goes; what this program begins from then on stays.
 * What cannot be removed is logged.
 */
export async function sweepUnfinished({ unfinished, log }: Workspace): Promise<void> {
  const left = unfinished.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => NAME.test(name))
      .map((name) => join(folder, name)),
  );
  for (const path of left) {
    await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
      log.warn(`unfinished ${path}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}
