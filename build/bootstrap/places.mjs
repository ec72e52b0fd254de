// Where set-up finds and keeps things.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Folder for downloads and builds, outside the checkout, shared by all checkouts of a user.
 * @param {NodeJS.ProcessEnv} [environment]
 * @param {NodeJS.Platform} [platform]
 * @param {string} [home]
 */
export function cacheFolder(environment = process.env, platform = process.platform, home = homedir()) {
  if (environment['SMEARSCOPE_CACHE']) return environment['SMEARSCOPE_CACHE'];
  if (platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'smearscope', 'cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'smearscope');
  return join(environment['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'smearscope');
}

/** @param {string | Buffer} data */
export function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * A JSON file's content, or null where there is none or it is not whole.
 * @param {string} path
 * @returns {unknown}
 */
export function readJson(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} name of an installed package */
export function packageVersion(name) {
  const found = readJson(join(root, 'node_modules', name, 'package.json'));
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : null;
}
