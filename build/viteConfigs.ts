import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { InlineConfig } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Native packages (h5wasm is WebAssembly, loaded only where a Keras file is read) and Electron itself stay outside the bundles; everything else is bundled. */
const native = ['electron', 'better-sqlite3', '@napi-rs/image', 'h5wasm/node', /^@tensorflow\//];

type BundleName =
  'main' | 'compute' | 'care' | 'cli' | 'preload' | 'bench' | 'choice' | 'precision' | 'training' | 'epoch';

/**
 * A bundle that runs in Node: one file `dist/<name>/index.js` (`.cjs` for the preload, which a sandboxed renderer loads as CommonJS). `entry` is a path from the project's root.
 */
function nodeBundle(name: BundleName, entry: string): InlineConfig {
  const commonJs = name === 'preload';
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, external: [] },
    build: {
      ssr: entry,
      outDir: `dist/${name}`,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        external: [...native, ...builtinModules, /^node:/],
        output: {
          format: commonJs ? 'cjs' : 'es',
          entryFileNames: commonJs ? 'index.cjs' : 'index.js',
          codeSplitting: false,
        },
      },
    },
  };
}

const renderer: InlineConfig = {
  root: `${root}renderer`,
  configFile: false,
  logLevel: 'warn',
  base: './',
  plugins: [svelte()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    sourcemap: true,
    // The policy of the window allows no data: or inline resources but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
};

/** What build.ts makes, by name. */
export const configs = {
  main: nodeBundle('main', 'electron/main/index.ts'),
  compute: nodeBundle('compute', 'electron/compute/index.ts'),
  care: nodeBundle('care', 'electron/main/store/careEntry.ts'),
  cli: nodeBundle('cli', 'electron/cli/index.ts'),
  preload: nodeBundle('preload', 'electron/preload/index.ts'),
  bench: nodeBundle('bench', 'test/bench/index.ts'),
  choice: nodeBundle('choice', 'test/bench/choice/index.ts'),
  precision: nodeBundle('precision', 'test/bench/precision.ts'),
  training: nodeBundle('training', 'test/bench/training.ts'),
  epoch: nodeBundle('epoch', 'test/bench/epoch.ts'),
  renderer,
};
