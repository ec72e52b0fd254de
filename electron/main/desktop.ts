import { join } from 'node:path';
import electron from 'electron';
import type { Settings } from '#shared/domain/settings';
import type { Desktop } from './ipc/desktop';
import { rememberedWorkspace, rememberWorkspace } from './rememberedWorkspace';

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
      rememberWorkspace(app.getPath('userData'), workspace);
      app.relaunch();
      app.quit();
    },
  };
}

/** The workspace folder: from the command line (`--workspace=DIR`), the environment, the user's choice, else beside the program's data. */
export function workspaceFolder(): string {
  const { app } = electron;
  const given = app.commandLine.getSwitchValue('workspace') || process.env.SMEARSCOPE_WORKSPACE;
  if (given) return given;
  return rememberedWorkspace(app.getPath('userData'));
}
