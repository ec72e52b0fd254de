import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { App } from './pages/app';

it('the window has no Node, goes nowhere else, and is refused what it may not ask', async () => {
  const app = await App.start(join(await temporaryFolder(), 'workspace'));
  const { window: page, electron } = app;
  expect(await page.evaluate(() => ['require', 'process', 'Buffer'].filter((name) => name in globalThis))).toEqual([]);
  expect(await page.evaluate(() => Object.keys(window.smearscope).sort())).toEqual(['call', 'on', 'pathOf']);

  // Where the page wants to go, and whether main let it.
  const leaving = await electron.evaluateHandle(({ BrowserWindow }) => ({
    attempt: new Promise((resolve) => {
      BrowserWindow.getAllWindows()[0]?.webContents.once('will-navigate', ({ url, defaultPrevented }) => {
        resolve({ url, refused: defaultPrevented });
      });
    }),
  }));
  const url = page.url();
  await page.evaluate(() => {
    location.href = 'https://example.org/';
  });
  expect(await leaving.evaluate(({ attempt }) => attempt)).toEqual({ url: 'https://example.org/', refused: true });
  expect(await page.evaluate(() => window.open('https://example.org/') === null)).toBe(true);
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: 'https://example.org/', target: '_blank' });
    document.body.append(link);
    link.click();
    link.remove();
  });
  expect(page.url()).toBe(url);
  expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);

  const permissions = await page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    camera: (await navigator.permissions.query({ name: 'camera' })).state,
    microphone: (await navigator.permissions.query({ name: 'microphone' })).state,
    place: await new Promise((resolve) => {
      navigator.geolocation.getCurrentPosition(
        () => {
          resolve('granted');
        },
        ({ code, PERMISSION_DENIED }) => {
          resolve(code === PERMISSION_DENIED ? 'denied' : code);
        },
      );
    }),
    clipboard: await navigator.clipboard.readText().then(
      () => 'granted',
      (error: unknown) => (error instanceof DOMException ? error.name : String(error)),
    ),
  }));
  expect(permissions).toEqual({
    notifications: 'denied',
    camera: 'denied',
    microphone: 'denied',
    place: 'denied',
    clipboard: 'NotAllowedError',
  });

  const [first] = await readdir(SAMPLE_SLIDE);
  const refusals = await page.evaluate(
    async (photograph) => {
      const answer = await window.smearscope.call('cell.list', { slideId: 'one' as never, after: null });
      const picture = (address: string): Promise<string> =>
        new Promise((resolve) => {
          const image = new Image();
          image.onload = () => {
            resolve('loaded');
          };
          image.onerror = () => {
            resolve('refused');
          };
          image.src = `cell-image://${address}`;
        });
      const pictures = await Promise.all(
        ['stored/../../smearscope.db', `predicted/${photograph}`, 'predicted/1', 'predicted/%2e%2e/1'].map(picture),
      );
      const files = await Promise.all(
        ['/package.json', '/assets/../../../package.json', '/assets/..%2f..%2f..%2fpackage.json'].map(
          async (path) => (await fetch(path)).status,
        ),
      );
      return { code: 'failure' in answer ? answer.failure.code : 'answered', pictures, files };
    },
    resolve(SAMPLE_SLIDE, first ?? ''),
  );
  expect(refusals).toEqual({ code: 'invalid-argument', pictures: Array(4).fill('refused'), files: [404, 404, 404] });
  await app.close();
});

it('the page runs no code but its own, and loads nothing from elsewhere', async () => {
  const app = await App.start(join(await temporaryFolder(), 'workspace'));
  const { window: page } = app;
  const trial = await page.evaluateHandle(() => {
    const blocked = new Set<string>();
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      blocked.add(`${effectiveDirective} ${blockedURI.startsWith('https://example.org') ? 'elsewhere' : blockedURI}`);
    });
    const ran: string[] = [];
    document.addEventListener('ran', ({ target }) => ran.push(target instanceof Element ? target.tagName : ''));
    const add = (name: string, attributes: Record<string, string>, text = ''): void => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.textContent = text;
      document.body.append(element);
    };
    add('script', {}, "document.dispatchEvent(new Event('ran'))");
    add('script', { src: 'https://example.org/script.js' });
    add('button', { onclick: "document.dispatchEvent(new Event('ran'))" });
    document.querySelector<HTMLElement>('button[onclick]')?.click();
    add('style', {}, 'body { color: red }');
    add('link', { rel: 'stylesheet', href: 'https://example.org/style.css' });
    add('img', { src: 'https://example.org/picture.png' });
    add('iframe', { src: 'https://example.org/' });
    fetch('https://example.org/data').catch(() => undefined);
    // The debugger may evaluate what the page may not, so this runs after it.
    const evaluated = new Promise((resolve) => {
      setTimeout(() => {
        try {
          resolve((0, eval)('1 + 1'));
        } catch (error) {
          resolve(error instanceof Error ? error.name : error);
        }
      });
    });
    return { evaluated, ran, blocked };
  });
  await expect
    .poll(() => trial.evaluate(({ blocked }) => [...blocked].sort()))
    .toEqual([
      'connect-src elsewhere',
      'frame-src elsewhere',
      'img-src elsewhere',
      'script-src eval',
      'script-src-attr inline',
      'script-src-elem elsewhere',
      'script-src-elem inline',
      'style-src-elem elsewhere',
      'style-src-elem inline',
    ]);
  expect(await trial.evaluate(({ evaluated }) => evaluated)).toBe('EvalError');
  expect(await trial.evaluate(({ ran }) => ran)).toEqual([]);
  await app.close();
});

it('main answers the window’s own page alone: not another window, not another page in it, not a frame', async () => {
  const app = await App.start(join(await temporaryFolder(), 'workspace'));
  const { window: page, electron } = app;
  const answers = await electron.evaluate(async ({ app: program, BrowserWindow }) => {
    const own = BrowserWindow.getAllWindows()[0];
    if (!own) throw new Error('The program has no window.');
    const ask = (contents: Electron.WebContents): Promise<string> =>
      contents.executeJavaScript(
        "window.smearscope.call('batch.list', null).then((answer) => JSON.stringify(answer), String)",
      ) as Promise<string>;
    const other = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${program.getAppPath()}/dist/preload/index.cjs`, sandbox: true },
    });
    const asked: Record<string, string> = { own: await ask(own.webContents) };
    await other.loadURL(own.webContents.getURL());
    asked.otherWindow = await ask(other.webContents);
    await other.loadURL('data:text/html,<p>elsewhere</p>');
    asked.otherWindowElsewhere = await ask(other.webContents);
    other.destroy();
    await own.loadURL('data:text/html,<p>elsewhere</p>');
    asked.ownWindowElsewhere = await ask(own.webContents);
    return asked;
  });
  const refused = expect.stringContaining('A call from a frame that is not the window’s.') as string;
  expect(answers).toEqual({
    own: '{"result":[]}',
    otherWindow: refused,
    otherWindowElsewhere: refused,
    ownWindowElsewhere: refused,
  });
  await page.evaluate(() => {
    document.body.append(document.createElement('iframe'));
  });
  expect(await page.frames()[1]?.evaluate(() => 'smearscope' in globalThis)).toBe(false);
  await app.close();
});
