// What building an addon needs: a compiler and Node's headers, without a download.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, packageVersion, root } from '../bootstrap/places.mjs';
import { answers, SetupError } from '../bootstrap/run.mjs';

export function requireCompiler() {
  const missing = [
    ['g++', ['--version']],
    ['make', ['--version']],
    ['python3', ['--version']],
  ].filter(([program, args]) => !answers(/** @type {string} */ (program), /** @type {string[]} */ (args)));
  if (missing.length === 0) return;
  throw new SetupError(
    `Not found: ${missing.map(([program]) => program).join(', ')}.\nInstall it (Debian and Ubuntu: apt-get install g++ make python3), then run set-up again.`,
  );
}

/** A folder that node-gyp takes as --nodedir: this Node's own headers, else those of the package node-api-headers (both addons need N-API only). */
export async function nodeHeaders() {
  const prefix = join(dirname(process.execPath), '..');
  if (
    existsSync(join(prefix, 'include', 'node', 'node_api.h')) &&
    existsSync(join(prefix, 'include', 'node', 'common.gypi'))
  )
    return prefix;
  const folder = join(cacheFolder(), `node-api-headers-${packageVersion('node-api-headers') ?? ''}-${process.version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  const part = mkdtempSync(`${folder}.part-`);
  const include = join(part, 'include', 'node');
  mkdirSync(include, { recursive: true });
  cpSync(join(root, 'node_modules', 'node-api-headers', 'include'), include, { recursive: true });
  // Addons of N-API only need no setting of Node's own build.
  writeFileSync(
    join(include, 'common.gypi'),
    "{ 'target_defaults': { 'cflags': ['-fPIC'], 'cflags_cc': ['-std=c++17'] } }\n",
  );
  writeFileSync(join(include, 'config.gypi'), "{ 'variables': {} }\n");
  renameSync(part, folder);
  rmSync(part, { recursive: true, force: true });
  return folder;
}
