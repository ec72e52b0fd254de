import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { axeViolations } from './axe';
import { _electron, type ElectronApplication, type Page } from 'playwright';

const SCREENSHOTS = 'artifacts/screenshots';

/** The real program in its real window. */
export class App {
  readonly electron: ElectronApplication;
  readonly window: Page;

  private constructor(electron: ElectronApplication, window: Page) {
    this.electron = electron;
    this.window = window;
  }

  /** Starts the program on a workspace; `dark` is the system's colour scheme. */
  static async start(workspace: string, { dark = false } = {}): Promise<App> {
    const executablePath = process.env.SMEARSCOPE_ELECTRON;
    if (!executablePath) throw new Error('Run the end-to-end tests by "npm test -- e2e", which sets Electron up.');
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const electron = await _electron.launch({
      executablePath,
      args: [
        resolve('.'),
        ...asRoot,
        '--disable-gpu',
        `--workspace=${workspace}`,
        `--user-data-dir=${join(workspace, 'user')}`,
      ],
      colorScheme: dark ? 'dark' : 'light',
    });
    const window = await electron.firstWindow();
    await window.getByRole('navigation', { name: 'Places' }).waitFor();
    return new App(electron, window);
  }

  async go(place: 'Classify' | 'Train' | 'Models' | 'Settings'): Promise<void> {
    await this.window.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: place }).click();
  }

  /** Drops folders on the window, as the system would: the paths come through the preload. */
  async drop(...paths: string[]): Promise<void> {
    // A page cannot make a File with a path, so the user's drop is stood in for by the call that the drop handler makes.
    await this.window.evaluate(async (sources) => {
      await window.smearscope.call('batch.create', { id: crypto.randomUUID(), sources });
    }, paths);
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

  async screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.window.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  /** What axe finds against WCAG A and AA. */
  violations(): Promise<string[]> {
    return axeViolations(this.window);
  }

  async close(): Promise<void> {
    await this.electron.close();
  }
}
