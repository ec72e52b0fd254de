import { join } from 'node:path';
import electron from 'electron';
import type { Settings } from '#shared/domain/settings';
import type { Desktop } from './ipc/desktop';
import { openWithHelp, type FolderToOpen, type Remedy } from './openWithHelp';
import { newestSound } from './store/backup';
import { rebuildLists, restoreBackup } from './store/restore';
import { isRemembered, rememberedWorkspace, rememberWorkspace } from './rememberedWorkspace';

/** The desktop's dialogs that main itself opens. */
interface OwnDialogs {
  /** Says that the program met a fault; the program goes on meanwhile. */
  readonly showFault: (message: string) => void;
  /** Says that the window fails again and again; resolves with whether to try once more. */
  readonly askToTryAgain: () => Promise<boolean>;
}

/** The desktop as Electron gives it. Dialogs are looked up when they open, so that a test can stand in for the user. */
export function electronDesktop(window: () => electron.BrowserWindow | null): Desktop & OwnDialogs {
  const { app, nativeTheme, shell } = electron;
  return {
    version: app.getVersion(),
    electronVersion: process.versions.electron,
    pickFolders: async (multiple) => {
      const properties: electron.OpenDialogOptions['properties'] = [
        'openDirectory',
        ...(multiple ? (['multiSelections'] as const) : []),
      ];
      const parent = window();
      const { filePaths } = await (parent
        ? electron.dialog.showOpenDialog(parent, { properties })
        : electron.dialog.showOpenDialog({ properties }));
      return filePaths;
    },
    pickFile: async (name, extensions) => {
      const options: electron.OpenDialogOptions = {
        properties: ['openFile'],
        filters: [{ name, extensions: [...extensions] }],
      };
      const parent = window();
      const { filePaths } = await (parent
        ? electron.dialog.showOpenDialog(parent, options)
        : electron.dialog.showOpenDialog(options));
      return filePaths[0] ?? null;
    },
    pickSavePath: async (name, format) => {
      const options = {
        defaultPath: join(app.getPath('documents'), name),
        filters: [{ name: format.toUpperCase(), extensions: [format] }],
      };
      const parent = window();
      const { filePath, canceled } = await (parent
        ? electron.dialog.showSaveDialog(parent, options)
        : electron.dialog.showSaveDialog(options));
      return canceled || filePath === '' ? null : filePath;
    },
    showFault: (message) => {
      void electron.dialog.showMessageBox({
        type: 'error',
        title: 'Smearscope',
        message: 'Smearscope met a fault',
        detail: message,
      });
    },
    askToTryAgain: async () => {
      const { response } = await electron.dialog.showMessageBox({
        type: 'error',
        title: 'Smearscope',
        message: 'The window fails again and again',
        detail: 'Your work is saved. If it does not help to try again, restart the computer; the log has the details.',
        buttons: ['Try again', 'Quit'],
        defaultId: 0,
        cancelId: 1,
      });
      return response === 0;
    },
    openFolder: async (folder) => {
      await shell.openPath(folder);
    },
    applySettings: ({ theme }: Settings) => {
      nativeTheme.themeSource = theme;
    },
    restartWith: (workspace) => {
      const others = process.argv.slice(1).filter((each) => !/^--(open-)?workspace=/.test(each));
      app.relaunch({ args: [...others, `--open-workspace=${workspace}`] });
      app.quit();
    },
  };
}

/**
 * The workspace folder to open, and whether it is to be remembered once it is open: what was chosen in the window before a restart (`--open-workspace=DIR`), what is given for this start alone
 * (`--workspace=DIR`, the environment), else the one remembered, or the one beside the program's data.
 */
export function workspaceFolder(): FolderToOpen & { readonly isChosen: boolean } {
  const { app } = electron;
  const chosen = app.commandLine.getSwitchValue('open-workspace');
  if (chosen) return { folder: chosen, mustExist: false, isChosen: true };
  const given = app.commandLine.getSwitchValue('workspace') || process.env.SMEARSCOPE_WORKSPACE;
  if (given) return { folder: given, mustExist: false, isChosen: false };
  const userData = app.getPath('userData');
  return { folder: rememberedWorkspace(userData), mustExist: isRemembered(userData), isChosen: false };
}

const LABELS: Readonly<Record<Exclude<Remedy, 'restore'>, string>> = {
  rebuild: 'Start with new lists from the folders',
  retry: 'Try again',
  inside: 'Make a folder in it',
  other: 'Choose another folder',
  last: 'Open the last one',
  quit: 'Quit',
};

const REPAIRS =
  'Either repair keeps the old database beside the new one. New lists have the models of the folders; batches, reviews and trainings are only in a backup.';

function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv', { dateStyle: 'short', timeStyle: 'short' });
}

/** Opens a workspace, and asks while it does not open; remembers a folder that was chosen once it is open. Null where the person quits. */
export async function openForWindow<T>(open: (folder: FolderToOpen) => Promise<T>): Promise<T | null> {
  const { app, dialog } = electron;
  const userData = app.getPath('userData');
  const first = workspaceFolder();
  const found = await openWithHelp(first, rememberedWorkspace(userData), {
    open,
    newestBackup: newestSound,
    restore: restoreBackup,
    rebuild: rebuildLists,
    ask: async ({ message, hint }, remedies, backup) => {
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        title: 'Smearscope',
        message: 'This workspace cannot be opened',
        detail: [message, hint, ...(remedies.includes('rebuild') ? [REPAIRS] : [])].join('\n\n'),
        buttons: remedies.map((remedy) =>
          remedy === 'restore' ? `Restore the backup of ${localTime(backup?.madeAt ?? '')}` : LABELS[remedy],
        ),
        cancelId: remedies.indexOf('quit'),
      });
      return remedies[response] ?? 'quit';
    },
    pickFolder: async () => {
      const { filePaths } = await dialog.showOpenDialog({ properties: ['openDirectory', 'createDirectory'] });
      return filePaths[0] ?? null;
    },
  });
  if (found && (first.isChosen || found.folder !== first.folder)) rememberWorkspace(userData, found.folder);
  return found?.opened ?? null;
}
