// The TensorFlow that @tensorflow/tfjs-node-gpu itself downloads, for where PyPI's wheels do not serve: Windows, macOS, Linux without pip.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { cacheFolder, root } from '../bootstrap/places.mjs';
import { run, SetupError } from '../bootstrap/run.mjs';
import { checkHash, requireSpace } from './download.mjs';

/**
 * @typedef {object} Archive
 * @property {string} url
 * @property {string} version of TensorFlow
 * @property {string} library the file in its `lib` that must be there
 * @property {string | null} sha256 null where none is known: then only the transfer is checked, by the MD5 that the server states
 */

const HOST = 'https://storage.googleapis.com/';
const VERSION = '2.9.1';

/** @param {string} system @param {string} library @param {string | null} sha256 @returns {Archive} */
const archive = (system, library, sha256) => ({
  url: `${HOST}tensorflow/libtensorflow/libtensorflow-${system}-${VERSION}.${system.includes('windows') ? 'zip' : 'tar.gz'}`,
  version: VERSION,
  library,
  sha256,
});

/**
 * By platform, architecture and build. TensorFlow publishes no hashes of these files; the ones here are pinned by nixpkgs (Linux, both of macOS), by wamuir/graft (Linux, macOS on Intel: the same)
 * and by Microsoft's tensorflow-directml-plugin (Linux: the same, Windows).
 * @type {Readonly<Record<string, Archive>>}
 */
const ARCHIVES = {
  'linux x64 cpu': archive(
    'cpu-linux-x86_64',
    `libtensorflow.so.${VERSION}`,
    '7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173',
  ),
  'darwin x64 cpu': archive(
    'cpu-darwin-x86_64',
    'libtensorflow.dylib',
    '56f83d3320ba0f69aaafd6c058645e1b7fbc75fb9a3fc36d6be98de1291ca226',
  ),
  'darwin arm64 cpu': {
    url: `${HOST}tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz`,
    version: '2.7',
    library: 'libtensorflow.dylib',
    sha256: '13ab22b97e2af06e431aaeb7b42fb89981965dd01aa16da035d8210aa4183d79',
  },
  'win32 x64 cpu': archive(
    'cpu-windows-x86_64',
    'tensorflow.dll',
    '56fa7e84c984144311563b405bd0e565568f3cbe2c15ac4713e9c8174a02b00f',
  ),
  'win32 x64 gpu': archive('gpu-windows-x86_64', 'tensorflow.dll', null),
};

/**
 * What to download for a machine. SetupError where there is nothing for it.
 * @param {string} platform @param {string} architecture @param {'cpu' | 'gpu'} build
 * @returns {Archive}
 */
export function ownArchive(platform, architecture, build) {
  const found = ARCHIVES[`${platform} ${architecture} ${build}`];
  if (found) return found;
  if (build === 'gpu' && platform === 'darwin')
    throw new SetupError('TensorFlow has no GPU build for macOS: run set-up without --gpu.');
  if (build === 'gpu' && platform === 'linux')
    throw new SetupError('The CUDA build comes from PyPI: install Python 3 with pip, then run set-up again.');
  throw new SetupError(
    `There is no TensorFlow for ${platform} on ${architecture}. It runs on Linux and Windows on x86-64, and on macOS.`,
  );
}

/**
 * The archive's file, downloaded once and checked every time. A download that is cut or is another file leaves nothing behind.
 * @param {Archive} archive @param {string} folder
 * @returns {Promise<string>}
 */
export async function fetchArchive({ url, sha256 }, folder) {
  const file = join(folder, basename(new URL(url).pathname));
  if (existsSync(file)) {
    if (sha256) await checkHash(file, { sha256 });
    return file;
  }
  mkdirSync(folder, { recursive: true });
  const part = `${file}.part`;
  try {
    const md5 = await download(url, part, file);
    if (sha256) await checkHash(part, { sha256 });
    else await checkTransfer(part, url, md5);
    renameSync(part, file);
    return file;
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * Unpacks the archive into the package's `deps`, whose content it replaces.
 * @param {string} file @param {Archive} archive @param {string} deps
 */
export async function unpackArchive(file, { library }, deps) {
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(deps, { recursive: true });
  // Windows' own tar unpacks zip files; another one may stand before it in the path.
  const tar =
    process.platform === 'win32' ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar';
  const remedy = `Delete ${file} and run set-up again.`;
  await run(tar, ['-xf', file, '-C', deps], { remedy });
  if (!existsSync(join(deps, 'lib', library))) throw new SetupError(`${file} holds no lib/${library}. ${remedy}`);
}

/**
 * Installs the archive into the package, and the addon by the package's own script, which finds the library in place and downloads none.
 * @param {Archive} archive @param {'cpu' | 'gpu'} build @param {string} packageFolder
 */
export async function installOwn(archive, build, packageFolder) {
  requireSpace(3e9, cacheFolder());
  const file = await fetchArchive(archive, join(cacheFolder(), 'downloads'));
  await unpackArchive(file, archive, join(packageFolder, 'deps'));
  await run(process.execPath, ['scripts/install.js', build], {
    cwd: packageFolder,
    // The script calls node-pre-gyp by name, as npm lets it.
    env: {
      ...process.env,
      PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].filter(Boolean).join(delimiter),
    },
    remedy: `The addon comes from ${HOST}: is that reachable? Else it is built, which takes a C++ compiler and Python 3.`,
  });
}

/**
 * @param {string} url @param {string} part @param {string} file where the user may put it by hand
 * @returns {Promise<string | null>} the MD5 that the server states (base64), as Google's storage does
 */
async function download(url, part, file) {
  const remedy = `Is the network reachable? Behind a proxy, download it with a browser, put it at ${file}, and run set-up again.`;
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body)
      throw new SetupError(`${url} answered ${response.status} ${response.statusText}.\n${remedy}`);
    await save(response.body, part);
    return /md5=([\w+/]+=*)/.exec(response.headers.get('x-goog-hash') ?? '')?.[1] ?? null;
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `${url} could not be downloaded: ${error instanceof Error ? error.message : String(error)}.\n${remedy}`,
    );
  }
}

/** @param {AsyncIterable<Uint8Array>} body read piece by piece, so that a break is thrown here, whenever it comes @param {string} path */
async function save(body, path) {
  const file = await open(path, 'w');
  try {
    for await (const piece of body) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

/** @param {string} path @param {string} url @param {string | null} md5 */
async function checkTransfer(path, url, md5) {
  if (md5 === null) throw new SetupError(`${url} comes without a hash to check it by.`);
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const found = hash.digest('base64');
  if (found !== md5)
    throw new SetupError(`${url} arrived damaged: its MD5 is ${found}, expected ${md5}. Run set-up again.`);
}
