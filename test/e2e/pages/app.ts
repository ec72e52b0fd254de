import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EventName } from '#shared/ipc/contract';
import { axeViolations } from './axe';
import { _electron, type ElectronApplication, type Locator, type Page } from 'playwright';

const ARTEFACTS = 'artifacts';
const SCREENSHOTS = join(ARTEFACTS, 'screenshots');

/** A size of the window's content, with its zoom. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
}

/** How the program is started on a workspace, by a user with this folder of their own. */
export function launchOptions(
  workspace: string,
  user = `${workspace} of the user`,
): { executablePath: string; args: string[] } {
  const executablePath = process.env.SMEARSCOPE_ELECTRON;
  if (!executablePath) throw new Error('Run the end-to-end tests by "npm test -- e2e", which sets Electron up.');
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return {
    executablePath,
    args: [resolve('.'), ...asRoot, '--disable-gpu', `--workspace=${workspace}`, `--user-data-dir=${user}`],
  };
}

/** The real program in its real window. */
export class App {
  readonly electron: ElectronApplication;
  readonly window: Page;
  #isClosed = false;

  private constructor(electron: ElectronApplication, window: Page) {
    this.electron = electron;
    this.window = window;
  }

  /** Starts the program on a workspace; `dark` is the system's colour scheme. */
  static async start(workspace: string, { dark = false } = {}): Promise<App> {
    const electron = await _electron.launch({
      ...launchOptions(workspace),
      colorScheme: dark ? 'dark' : 'light',
    });
    const window = await electron.firstWindow();
    // Pictures show where things end up, not the way there.
    await window.emulateMedia({ reducedMotion: 'reduce' });
    await window.getByRole('navigation', { name: 'Places' }).waitFor();
    const app = new App(electron, window);
    onTestFinished(() => app.close());
    return app;
  }

  async go(place: 'Classify' | 'Train' | 'Models' | 'Settings'): Promise<void> {
    await this.window.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: place }).click();
  }

  /** Drags files and folders over the window and lets go, as the desktop would: the browser itself makes the events and the File objects. */
  async drop(...paths: string[]): Promise<void> {
    const session = await this.window.context().newCDPSession(this.window);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    const { width, height } = await this.window.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
    await session.detach();
  }

  /** Exports through the dialog; resolves when the file is written. */
  async export(
    path: string,
    what: 'Cells' | 'Differentials',
    of: 'Whole batch' | 'This slide',
    format: 'CSV' | 'JSON',
  ): Promise<void> {
    await this.answerSaveDialog(path);
    await this.window.keyboard.press('Control+e');
    const dialog = this.window.getByRole('dialog', { name: 'Export' });
    for (const name of [what, of, format]) await dialog.getByRole('button', { name }).click();
    await dialog.getByRole('button', { name: 'Save…' }).click();
    await this.window.getByText(`Saved ${path}`).waitFor();
  }

  /** Answers the next folder dialog. */
  async answerFolderDialog(...filePaths: string[]): Promise<void> {
    await this.electron.evaluate(({ dialog }, paths) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: paths });
    }, filePaths);
  }

  /** Answers the next save dialog. */
  async answerSaveDialog(filePath: string): Promise<void> {
    await this.electron.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    }, filePath);
  }

  /** Names the reviewer, whom the program asks for their name before the first decision. */
  async nameReviewer(reviewer: string): Promise<void> {
    await this.window.evaluate((name) => window.smearscope.call('settings.set', { reviewer: name }), reviewer);
  }

  /** Makes the model on screen live, although it is not shown to be as good as the live one. */
  async makeLiveAllTheSame(): Promise<void> {
    await this.window.getByRole('button', { name: 'Make live', exact: true }).click();
    await this.window.getByRole('button', { name: 'Make live all the same' }).click();
  }

  /** Drags with the mouse, from the middle of one thing to that of another. */
  async drag(from: Locator, to: Locator): Promise<void> {
    const { mouse } = this.window;
    const [start, end] = [await middleOf(from), await middleOf(to)];
    await mouse.move(start.x, start.y);
    await mouse.down();
    // A drag begins once the mouse has gone a little way.
    await mouse.move(start.x + 10, start.y + 10);
    await mouse.move(end.x, end.y, { steps: 5 });
    await mouse.up();
  }

  /** Gives the window's content this size and zoom, and waits until the page has it. */
  async resize({ width, height, zoom }: View): Promise<void> {
    await this.electron.evaluate(
      ({ BrowserWindow }, view) => {
        const [window] = BrowserWindow.getAllWindows();
        window?.setContentSize(view.width, view.height);
        window?.webContents.setZoomFactor(view.zoom);
      },
      { width, height, zoom },
    );
    await this.window.waitForFunction(([w, h]) => Math.abs(innerWidth - w) <= 1 && Math.abs(innerHeight - h) <= 1, [
      width / zoom,
      height / zoom,
    ] as const);
  }

  /** Id of the one process that computes. */
  async computeProcess(): Promise<number> {
    const [id, ...others] = await this.electron.evaluate(({ app }) =>
      app.getAppMetrics().flatMap(({ pid, name }) => (name === 'smearscope-compute' ? [pid] : [])),
    );
    if (id === undefined || others.length > 0) throw new Error('There is not one compute process.');
    return id;
  }

  /** The next event of a name that reaches the window. */
  async next(name: EventName): Promise<void> {
    await this.window.evaluate((event) => {
      const heard = new Promise<void>((resolve) => {
        const stop = window.smearscope.on(event, () => {
          stop();
          resolve();
        });
      });
      // The page holds it: what Playwright alone waits for may be collected as garbage.
      return Object.assign(window, { heard }).heard;
    }, name);
  }

  /** A picture of the window as it is on screen, kept among the artefacts. */
  async screenshot(name: string): Promise<void> {
    await this.window.evaluate(
      () =>
        new Promise<void>((resolve) =>
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              resolve();
            }),
          ),
        ),
    );
    const picture = await this.electron.evaluate(async ({ BrowserWindow }) => {
      const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
      return image?.toPNG().toString('base64') ?? '';
    });
    await this.keep(name, picture);
  }

  /** Keeps a picture (PNG, base64) among the artefacts. */
  async keep(name: string, picture: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await writeFile(join(SCREENSHOTS, `${name}.png`), Buffer.from(picture, 'base64'));
  }

  /** Keeps what was measured among the artefacts. */
  async note(name: string, values: object): Promise<void> {
    await mkdir(ARTEFACTS, { recursive: true });
    await writeFile(join(ARTEFACTS, `${name}.json`), `${JSON.stringify(values, null, 2)}\n`);
  }

  /** Text that is cut off with no way to see it: wider than the window, or than a place that does not scroll. */
  async cutOff(): Promise<string[]> {
    return this.window.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('main *, header *, footer *, dialog[open] *')]
        .filter((element) => {
          const { width, right } = element.getBoundingClientRect();
          if (width === 0 || element.closest('[role=listbox], .visually-hidden, .scroll, [hidden]')) return false;
          return right > innerWidth + 1;
        })
        .map((element) => `${element.tagName} ${element.className} ${element.innerText.slice(0, 60)}`),
    );
  }

  /** What axe finds against WCAG A and AA. */
  violations(): Promise<string[]> {
    return axeViolations(this.window);
  }

  /** Ends the program; a test that fails before leaves this to its end. */
  async close(): Promise<void> {
    if (!this.#isClosed) await this.electron.close();
    this.#isClosed = true;
  }
}

async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox();
  if (!box) throw new Error('It is not in view.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
