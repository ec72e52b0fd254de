import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/temporary';
import { App, launchOptions } from './pages/app';

it('a second start on the same workspace ends, and the first goes on', async () => {
  const workspace = join(await temporaryFolder(), 'workspace');
  const app = await App.start(workspace);
  const { executablePath, args } = launchOptions(workspace);
  const [code] = (await once(spawn(executablePath, args, { stdio: 'ignore' }), 'exit')) as [number | null];
  expect(code).toBe(0);
  await app.window.getByRole('button', { name: 'Try it on a sample slide' }).waitFor();
  await app.close();
});

it('another user on a workspace that is open is told so, instead of a window', async () => {
  const folder = await temporaryFolder();
  const workspace = join(folder, 'workspace');
  const app = await App.start(workspace);
  const screen = (): Promise<string> =>
    app.electron.evaluate(async ({ desktopCapturer }) => {
      const [first] = await desktopCapturer.getSources({
        types: ['screen'],
        thumbnailSize: { width: 1600, height: 1000 },
      });
      return first?.thumbnail.toPNG().toString('base64') ?? '';
    });
  const before = await screen();
  const { executablePath, args } = launchOptions(workspace, join(folder, 'another user'));
  const second = spawn(executablePath, args, { stdio: 'ignore' });
  onTestFinished(() => {
    second.kill('SIGKILL');
  });
  await expect.poll(screen, { timeout: 60_000 }).not.toBe(before);
  await app.keep('second-instance', await screen());
  expect(second.exitCode).toBeNull();
  await app.close();
});
