import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
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

it('a window that went to an empty page comes back', async () => {
  const app = await App.start(join(await temporaryFolder(), 'workspace'));
  const { window: page, electron } = app;
  await page.getByRole('button', { name: 'Try it on a sample slide' }).waitFor();
  const gone = await electron.evaluateHandle(({ BrowserWindow }) => ({
    url: new Promise((resolve) => {
      BrowserWindow.getAllWindows()[0]?.webContents.once('did-navigate', (_event, url) => {
        resolve(url);
      });
    }),
  }));
  await page.evaluate(() => {
    location.href = 'about:blank';
  });
  expect(await gone.evaluate(({ url }) => url)).toBe('about:blank');
  await page.waitForURL('smearscope://window/index.html');
  await page.getByRole('button', { name: 'Try it on a sample slide' }).waitFor();
  expect(await page.evaluate(async () => 'result' in (await window.smearscope.call('batch.list', null)))).toBe(true);
  await app.close();
});

it('the page reaches nobody by WebRTC, not even on this machine', async () => {
  const app = await App.start(join(await temporaryFolder(), 'workspace'));
  let reached = 0;
  const server = createServer((socket) => {
    reached++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const candidates = await app.window.evaluate(async (port) => {
    const found: string[] = [];
    try {
      const relay = { urls: `turn:127.0.0.1:${String(port)}?transport=tcp`, username: 'a', credential: 'b' };
      const connection = new RTCPeerConnection({ iceServers: [relay] });
      const gathered = new Promise((resolve) => {
        connection.onicecandidate = ({ candidate }) => {
          if (candidate === null) resolve(null);
          else found.push(candidate.candidate);
        };
      });
      connection.createDataChannel('data');
      await connection.setLocalDescription();
      await gathered;
    } catch (error) {
      return error instanceof Error ? [error.name] : [];
    }
    return found.filter((candidate) => candidate !== '');
  }, address.port);
  expect({ candidates, reached }).toEqual({ candidates: [], reached: 0 });
  await app.close();
});

it('a fault of the page and one of main are in the log, and the first is shown', async () => {
  const workspace = join(await temporaryFolder(), 'workspace');
  const app = await App.start(workspace);
  const { window: page, electron } = app;
  await electron.evaluate(({ dialog, app: program }) => {
    dialog.showMessageBox = (...args: unknown[]) => {
      program.emit('shown', args.at(-1));
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
  });
  const shown = await electron.evaluateHandle(({ app: program }) => {
    const details: string[] = [];
    program.on('shown' as never, ((options: { detail: string }) => details.push(options.detail)) as never);
    return details;
  });
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('a fault of the page');
    });
    void Promise.reject(new Error('a rejection in the page'));
  });
  await electron.evaluate(() => {
    void Promise.reject(new Error('a rejection in main'));
  });
  const log = (): Promise<string> => readFile(join(workspace, 'log', 'smearscope.log'), 'utf8');
  for (const text of [
    'window: Error: a fault of the page',
    'window: Error: a rejection in the page',
    'main: Error: a rejection in main',
  ])
    await expect.poll(log).toContain(text);
  const [runId] = /(?<=\[)\w{8}(?=\] window: Error: a fault of the page)/.exec(await log()) ?? [];
  expect(await shown.jsonValue()).toEqual([expect.stringContaining(runId ?? 'the id of the run')]);
  await app.close();
});

it('a window that dies is loaded again, three times in a minute, and then asks', async () => {
  const app = await App.start(join(await temporaryFolder(), 'workspace'));
  const outcome = await app.electron.evaluate(async ({ BrowserWindow, dialog }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (!contents) throw new Error('The program has no window.');
    const asked = new Promise<number>((resolve) => {
      dialog.showMessageBox = () => {
        resolve(loads);
        return Promise.resolve({ response: 0, checkboxChecked: false });
      };
    });
    let loads = 0;
    const loaded = (): Promise<void> =>
      new Promise((resolve) => {
        contents.once('did-finish-load', () => {
          loads++;
          resolve();
        });
      });
    for (let time = 0; time < 4; time++) {
      const next = loaded();
      contents.forcefullyCrashRenderer();
      await next;
    }
    const alive: unknown = await contents.executeJavaScript('typeof window.smearscope');
    return { loadsBeforeAsking: await asked, loads, alive };
  });
  expect(outcome).toEqual({ loadsBeforeAsking: 3, loads: 4, alive: 'object' });
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
    // Main would bring the window back; what it answers until then is asked here.
    own.webContents.removeAllListeners('did-navigate');
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
