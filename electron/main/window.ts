import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BrowserWindow, net, protocol, session } from 'electron';
import { EVENT_CHANNEL, IMAGE_SCHEME } from '#shared/ipc/contract';
import type { Emit } from './events';
import type { Resources } from './resources';

/** The program's own scheme: a real origin for the window's files, which file: is not. */
const SCHEME = 'smearscope';
const ORIGIN = `${SCHEME}://window`;

/** Nothing from elsewhere, no inline scripts; pictures from the image protocol. Svelte sets style properties through the DOM, which needs no exception. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  `img-src 'self' ${IMAGE_SCHEME}:`,
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Must run before the app is ready. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
    { scheme: IMAGE_SCHEME, privileges: { standard: true, secure: true, stream: true } },
  ]);
}

/** A proxy that nothing answers: port 9 of this machine, which the standard gives to a service that discards. */
const NO_WAY_OUT = 'http://127.0.0.1:9';

/** Serves the window's files, with the policy, refuses every permission and every connection. Once, after the app is ready. */
export function serveWindow(resources: Resources): void {
  // Nothing here needs a network. What passes the policy all the same, as WebRTC does, has to pass a proxy, and there is none.
  void session.defaultSession.setProxy({ proxyRules: NO_WAY_OUT, proxyBypassRules: '<-loopback>' });
  protocol.handle(SCHEME, async (request) => {
    const { pathname, host } = new URL(request.url);
    const file = /^\/(index\.html|assets\/[\w.-]+)$/.exec(pathname === '/' ? '/index.html' : pathname)?.[1];
    if (host !== 'window' || file === undefined) return new Response(null, { status: 404 });
    const response = await net.fetch(pathToFileURL(join(resources.renderer, file)).href);
    const headers = new Headers(response.headers);
    headers.set('Content-Security-Policy', POLICY);
    headers.set('X-Content-Type-Options', 'nosniff');
    return new Response(response.body, { status: response.status, headers });
  });
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
}

/** Whether a frame is the window's own. */
export function isOwnOrigin(url: string): boolean {
  return url.startsWith(`${ORIGIN}/`);
}

/** Opens the one window: sandboxed, without Node, going nowhere else. */
export function openWindow(resources: Resources, dark: boolean): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Smearscope',
    backgroundColor: dark ? '#1b1b1d' : '#ffffff',
    webPreferences: {
      preload: resources.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  const { webContents } = window;
  const home = `${ORIGIN}/index.html`;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  webContents.on('will-navigate', (event) => {
    event.preventDefault();
  });
  webContents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault();
  });
  // Some places are gone to without asking: about:blank is one. The window comes back at once.
  webContents.on('did-navigate', (_event, url) => {
    if (!isOwnOrigin(url)) void window.loadURL(home);
  });
  webContents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  void window.loadURL(home);
  return window;
}

/** Sends events to the window while there is one. */
export function emitTo(windows: () => BrowserWindow | null): Emit {
  return (name, value) => {
    const window = windows();
    if (window && !window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, value);
  };
}
