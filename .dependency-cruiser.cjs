/** The import rules of ARCHITECTURE: who may import whom. @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-circular-folders',
      comment: 'Folders stand on floors, as files do: what two folders need lies in a third.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(shared|models|electron|renderer)/' },
      to: { circular: true },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^electron$' } },
    {
      name: 'shared-is-pure',
      comment: 'shared/ knows zod and itself; no Node, Electron, DOM or TensorFlow.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: ['^shared/', '^node_modules/zod/'] },
    },
    {
      name: 'models-know-shared-only',
      severity: 'error',
      from: { path: '^models/' },
      to: { path: ['^electron/', '^renderer/', '^build/', '^test/', '^node_modules/(electron|better-sqlite3)/'] },
    },
    {
      name: 'one-import-of-tensorflow',
      severity: 'error',
      from: {
        path: '^(models|electron|renderer|shared)/',
        pathNot: ['^models/backend/', '^models/graph/savedModel\\.ts$'],
      },
      to: { path: '^node_modules/@tensorflow/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'compute-knows-models-and-shared',
      severity: 'error',
      from: { path: '^electron/compute/' },
      to: {
        path: ['^electron/(main|preload|cli)/', '^renderer/', '^build/', '^test/', '^node_modules/better-sqlite3/'],
      },
    },
    {
      name: 'main-and-cli-take-types-only-from-models',
      comment: 'Numbers come from the compute process.',
      severity: 'error',
      from: { path: '^electron/(main|cli)/' },
      to: { path: '^models/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'main-knows-shared',
      severity: 'error',
      from: { path: '^electron/main/' },
      to: {
        path: ['^electron/(compute|preload|cli)/', '^renderer/', '^build/', '^test/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'cli-hosts-without-electron',
      severity: 'error',
      from: { path: '^electron/cli/' },
      to: { path: ['^renderer/', '^electron/preload/', '^node_modules/electron/', '^electron$', '^build/', '^test/'] },
    },
    {
      name: 'preload-knows-shared',
      severity: 'error',
      from: { path: '^electron/preload/' },
      to: { path: ['^electron/(main|compute|cli)/', '^models/', '^renderer/', '^build/', '^test/'] },
    },
    {
      name: 'renderer-knows-shared',
      severity: 'error',
      from: { path: '^renderer/' },
      to: {
        path: [
          '^electron/',
          '^models/',
          '^build/',
          '^test/',
          '^node_modules/(electron|better-sqlite3|@napi-rs|@types/node)/',
        ],
      },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'a-feature-imports-no-other-feature',
      severity: 'error',
      from: { path: '^renderer/src/features/([^/]+)/' },
      to: { path: '^renderer/src/features/', pathNot: '^renderer/src/features/$1/' },
    },
    {
      name: 'ui-and-lib-know-no-feature',
      severity: 'error',
      from: { path: '^renderer/src/(ui|lib)/' },
      to: { path: '^renderer/src/features/' },
    },
    {
      name: 'nothing-imports-test-or-build',
      severity: 'error',
      from: { path: '^(shared|models|electron|renderer)/' },
      to: { path: '^(test|build)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'svelte', 'types'],
      extensions: ['.ts', '.svelte', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
