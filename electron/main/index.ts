// The composition root: wires the parts and starts them.
import { randomUUID } from 'node:crypto';
import { app, dialog, ipcMain, nativeTheme, type BrowserWindow } from 'electron';
import type { DeviceReport } from '#shared/domain/device';
import { CALL_CHANNEL } from '#shared/ipc/contract';
import { Application } from './application';
import { utilityCompute } from './compute/launchUtility';
import { electronDesktop, openForWindow, workspaceFolder } from './desktop';
import { faultReporter } from './faults';
import type { Emit } from './events';
import { serveImages } from './images/imageProtocol';
import { callHandlers } from './ipc/handlers';
import { router } from './ipc/router';
import { setMenu } from './menu';
import { resourcesIn } from './resources';
import { emitTo, isOwnOrigin, openWindow, registerSchemes, serveWindow } from './window';
import { windowRevival } from './windowRevival';

let window: BrowserWindow | null = null;
let device: DeviceReport | null = null;
const runId = randomUUID().slice(0, 8);

registerSchemes();
if (app.requestSingleInstanceLock({ workspace: workspaceFolder().folder })) {
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  void app.whenReady().then(start).catch(giveUp);
} else {
  app.quit();
}

async function start(): Promise<void> {
  const resources = resourcesIn(app.getAppPath());
  const emit = emitTo(() => window);
  const application: Application | null = await openForWindow(({ folder, mustExist }) =>
    Application.open(
      {
        workspaceFolder: folder,
        resources,
        launchCompute: ({ log }) => utilityCompute(resources.computeEntry, resources.pretrained, log),
        emit,
        onComputeReady: () => {
          if (application) askForDevice(application, emit);
        },
      },
      mustExist,
    ),
  );
  if (!application) {
    app.exit(1);
    return;
  }
  const { workspace, compute } = application;
  const desktop = electronDesktop(() => window);
  const reportFault = faultReporter({ log: workspace.log, runId, show: desktop.showFault });
  desktop.applySettings(workspace.settings.get());
  serveWindow(resources);
  serveImages(application);
  let usable = false;
  const answer = router(
    callHandlers({ application, resources, desktop, emit, device: () => device, reportFault }),
    reportFault,
  );
  ipcMain.handle(CALL_CHANNEL, (event, name: unknown, args: unknown) => {
    if (event.senderFrame !== window?.webContents.mainFrame || !isOwnOrigin(event.senderFrame.url))
      throw new Error('A call from a frame that is not the window’s.');
    if (!usable && name === 'app.state') {
      usable = true;
      // Not before the window can show what is found.
      application.lookAfter(utilityCompute(resources.careEntry, workspace.folder, workspace.log, 'care'));
      workspace.log.info(
        `window usable ${(Date.now() - (process.getCreationTime() ?? Date.now())).toFixed(0)} ms after the start`,
      );
    }
    return answer(name, args);
  });
  setMenu((id) => {
    emit('command', id);
  });
  window = openWindow(resources, nativeTheme.shouldUseDarkColors);
  const revive = windowRevival({
    reload: () => window?.reload(),
    quit: () => {
      app.quit();
    },
    ask: desktop.askToTryAgain,
  });
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    workspace.log.error(`[${runId}] window: its process is gone (${reason})`);
    void revive();
  });
  window.webContents.on('preload-error', (_event, _path, error) => {
    reportFault('preload', error);
  });

  compute.start();
  application.goOn();

  let closing = false;
  app.on('window-all-closed', () => {
    app.quit();
  });
  app.on('before-quit', (event) => {
    if (closing) return;
    closing = true;
    event.preventDefault();
    void application.close().finally(() => {
      app.exit(0);
    });
  });
  process.on('unhandledRejection', (reason) => {
    reportFault('main', reason);
  });
  process.on('uncaughtException', (error) => {
    workspace.log.error(`[${runId}] main: ${error.stack ?? error.message}`);
    dialog.showErrorBox(
      'Smearscope met a fault',
      `${error.message}\n\nYour work is saved. The log in ${workspace.logs} has the details under ${runId}.`,
    );
    app.exit(1);
  });
}

/** Asks what runs the numbers: another device, maybe, where the compute process died on the one before. */
function askForDevice({ compute, workspace }: Application, emit: Emit): void {
  compute.call('device', null).then(
    (report) => {
      device = report;
      emit('device.changed', report);
    },
    (error: unknown) => {
      workspace.log.error(`device: ${String(error)}`);
    },
  );
}

/** A fault on the way to the window: says what, and ends. */
function giveUp(error: unknown): void {
  dialog.showErrorBox(
    'Smearscope cannot start',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  app.exit(1);
}
