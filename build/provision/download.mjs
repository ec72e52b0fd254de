// Downloads from the package registries through their own clients, checked by hash, kept in the cache.
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../bootstrap/places.mjs';
import { answers, run, SetupError } from '../bootstrap/run.mjs';

/**
 * @param {string} path
 * @param {'sha256' | 'sha512'} algorithm
 * @param {'hex' | 'base64'} encoding
 * @returns {Promise<string>}
 */
async function hashOf(path, algorithm, encoding) {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest(encoding);
}

/**
 * @param {string} path
 * @param {{ sha256?: string, integrity?: string }} expected hexadecimal SHA-256, or `sha512-<base64>` as npm has it
 */
export async function checkHash(path, { sha256, integrity }) {
  const found = sha256 ? await hashOf(path, 'sha256', 'hex') : `sha512-${await hashOf(path, 'sha512', 'base64')}`;
  const expected = sha256 ?? integrity;
  if (found === expected) return;
  throw new SetupError(
    `${path} is not the file it should be: its hash is ${found}, expected ${expected}.\nDelete it and run set-up again; if it stays so, the registry serves something else.`,
  );
}

/** @param {number} bytes @param {string} folder */
export function requireSpace(bytes, folder) {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return;
  throw new SetupError(
    `${folder} has ${((bavail * bsize) / 1e9).toFixed(1)} GB free; set-up needs ${(bytes / 1e9).toFixed(1)} GB there.\nFree some space, or name another folder in SMEARSCOPE_CACHE.`,
  );
}

/** @returns {string | null} a Python with pip */
export function pythonWithPip() {
  return ['python3', 'python'].find((name) => answers(name, ['-m', 'pip', '--version'])) ?? null;
}

/**
 * A wheel from PyPI, for Linux x86-64 and whatever Python this machine has.
 * @param {string} requirement `name==version`
 * @param {string | null} sha256 null where the version is not pinned: pip checks what the index says
 * @param {{ python: string }} options
 * @returns {Promise<string>} its path in the cache
 */
export async function downloadWheel(requirement, sha256, { python }) {
  const folder = join(cacheFolder(), 'downloads', requirement.replace(/[^\w.=-]/g, '_'));
  const found = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.whl')) : undefined;
  if (!found) {
    mkdirSync(join(folder, '..'), { recursive: true });
    const part = mkdtempSync(`${folder}.part-`);
    const platforms = ['2_17', '2_24', '2_27', '2_28'].flatMap((each) => ['--platform', `manylinux_${each}_x86_64`]);
    try {
      await run(
        python,
        [
          '-m',
          'pip',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary=:all:',
          '--python-version',
          '3.11',
          '--implementation',
          'cp',
          ...platforms,
          '--platform',
          'manylinux2014_x86_64',
          '--dest',
          part,
          requirement,
        ],
        { remedy: 'Is there a network, or a PyPI mirror in pip’s configuration? Then run set-up again.' },
      );
      rmSync(folder, { recursive: true, force: true });
      renameSync(part, folder);
    } finally {
      rmSync(part, { recursive: true, force: true });
    }
  }
  const name = readdirSync(folder).find((each) => each.endsWith('.whl'));
  if (!name) throw new SetupError(`pip downloaded no wheel of ${requirement}.`);
  if (sha256) await checkHash(join(folder, name), { sha256 });
  return join(folder, name);
}

/**
 * A package's archive from the npm registry.
 * @param {string} name `name@version`
 * @param {string} integrity
 * @returns {Promise<string>} path of the .tgz in the cache
 */
export async function downloadPackage(name, integrity) {
  const folder = join(cacheFolder(), 'downloads', name.replace(/[^\w.@-]/g, '_'));
  const file = join(folder, 'package.tgz');
  if (!existsSync(file)) {
    mkdirSync(join(folder, '..'), { recursive: true });
    const part = mkdtempSync(`${folder}.part-`);
    try {
      await run('npm', ['pack', '--silent', '--pack-destination', part, name], {
        remedy: 'Is there a network? Then run set-up again.',
        cwd: part,
      });
      const archive = readdirSync(part).find((each) => each.endsWith('.tgz'));
      if (!archive) throw new SetupError(`npm downloaded no archive of ${name}.`);
      renameSync(join(part, archive), join(part, 'package.tgz'));
      rmSync(folder, { recursive: true, force: true });
      renameSync(part, folder);
    } finally {
      rmSync(part, { recursive: true, force: true });
    }
  }
  await checkHash(file, { integrity });
  return file;
}
