import type { DeviceReport } from '#shared/domain/device';
import type { appCalls } from '#shared/ipc/calls/app';
import type { Emit } from '../events';
import type { ReportFault } from '../faults';
import type { ModelCatalog } from '../modelCatalog';
import type { Workspace } from '../store/workspace';
import type { Desktop } from './desktop';
import type { HandlersOf } from './router';

export interface AppHandlerParts {
  readonly workspace: Workspace;
  readonly catalog: ModelCatalog;
  readonly desktop: Desktop;
  readonly emit: Emit;
  readonly device: () => DeviceReport | null;
  readonly reportFault: ReportFault;
}

/** The program itself: its state, settings, workspace and the system’s dialogs. */
export function appHandlers({
  workspace,
  catalog,
  desktop,
  emit,
  device,
  reportFault,
}: AppHandlerParts): HandlersOf<typeof appCalls> {
  const { settings } = workspace;
  return {
    'app.state': () => ({
      version: desktop.version,
      electron: desktop.electronVersion,
      workspace: workspace.folder,
      settings: settings.get(),
      device: device(),
      liveModelId: catalog.liveId(),
    }),
    'app.logFault': ({ text }) => {
      reportFault('window', text);
      return null;
    },
    'app.openLogFolder': async () => {
      await desktop.openFolder(workspace.logs);
      return null;
    },
    'settings.set': (change) => {
      const whole = {
        ...settings.get(),
        ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      };
      settings.set(whole);
      desktop.applySettings(whole);
      emit('settings.changed', whole);
      return whole;
    },
    'workspace.choose': async () => {
      const [folder] = await desktop.pickFolders(false);
      if (folder === undefined) return false;
      desktop.restartWith(folder);
      return true;
    },
    'dialog.pickFolders': ({ multiple }) => desktop.pickFolders(multiple),
    'dialog.pickFile': ({ name, extensions }) => desktop.pickFile(name, extensions),
  };
}
