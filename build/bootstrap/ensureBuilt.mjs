// Bundles the program when its sources changed since the last time.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { root } from './places.mjs';
import { run } from './run.mjs';

const SOURCES = [
  'shared',
  'models',
  'electron',
  'renderer',
  'build/build.ts',
  'build/viteConfigs.ts',
  'package-lock.json',
];
const stamp = join(root, 'dist', 'sources');

function sourcesHash() {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ path) => hash.update(path).update(readFileSync(join(root, path)));
  for (const source of SOURCES) {
    if (source.includes('.')) {
      add(source);
      continue;
    }
    const files = readdirSync(join(root, source), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|svelte|css|html|svg)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
    for (const file of files.sort()) add(file);
  }
  return hash.digest('hex');
}

/** @param {(line: string) => void} [say] */
export async function ensureBuilt(say = (line) => console.error(line)) {
  const wanted = sourcesHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Building the program');
  rmSync(stamp, { force: true });
  await run(process.execPath, [join(root, 'build', 'bootstrap', 'typescript.mjs'), join(root, 'build', 'build.ts')], {
    cwd: root,
    remedy: 'The sources do not build; see above.',
  });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, wanted);
}
