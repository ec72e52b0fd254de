import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const REMEMBERED = 'workspace-folder';

/** The workspace folder that was chosen in the window, else the one beside the program's data. `userData` is where Electron keeps the data of the program. */
export function rememberedWorkspace(userData: string): string {
  try {
    return readFileSync(join(userData, REMEMBERED), 'utf8');
  } catch {
    return join(userData, 'workspace');
  }
}

/** Whether a folder was chosen and opened before. */
export function isRemembered(userData: string): boolean {
  return existsSync(join(userData, REMEMBERED));
}

/** Makes a folder the one that is opened from now on, by window and command line; call it once the folder was opened. */
export function rememberWorkspace(userData: string, folder: string): void {
  writeFileSync(join(userData, REMEMBERED), folder);
}
