import type { Settings } from '#shared/domain/settings';

/** What the handlers need of the desktop; Electron's own in the program. */
export interface Desktop {
  pickFolders(multiple: boolean): Promise<string[]>;
  pickFile(name: string, extensions: readonly string[]): Promise<string | null>;
  pickSavePath(name: string, format: 'csv' | 'xlsx' | 'json'): Promise<string | null>;
  openFolder(folder: string): Promise<void>;
  applySettings(settings: Settings): void;
  /** Remembers the workspace folder and starts the program again. */
  restartWith(workspace: string): void;
  readonly version: string;
  readonly electronVersion: string;
}
