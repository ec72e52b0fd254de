// npm test [-- part...]: lint, types, import rules, and every kind of test; goes on after a failure and closes with one line.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './ensureBuilt.mjs';
import { programEnvironment } from './environment.mjs';
import { readJson, root } from './places.mjs';
import { attach } from './run.mjs';
import { command, setUp } from './prepare.mjs';
import { closingLine, vitestOutcome } from './summary.mjs';

const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);

/** Programs a part runs, each of which counts as one check. @type {Record<string, string[][]>} */
const CHECKS = {
  lint: [
    [bin('eslint/bin/eslint.js'), '--max-warnings', '0', '.'],
    [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ],
  types: [
    [bin('typescript/bin/tsc'), '--build'],
    [
      bin('svelte-check/bin/svelte-check'),
      '--tsconfig',
      'renderer/tsconfig.json',
      '--fail-on-warnings',
      '--output',
      'human',
    ],
  ],
  rules: [
    [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      'shared',
      'models',
      'electron',
      'renderer',
      'test',
    ],
    [bin('knip/bin/knip.js')],
  ],
};
const PROJECTS = ['unit', 'component', 'models', 'store', 'e2e'];

await command(async () => {
  const wanted = process.argv.slice(2);
  const all = [...Object.keys(CHECKS), ...PROJECTS];
  const unknown = wanted.find((each) => !all.includes(each));
  if (unknown) {
    console.error(`"${unknown}" is no part of the tests; the parts are ${all.join(', ')}.`);
    return 2;
  }
  await setUp({ test: true });
  await ensureBuilt();
  const { pythonOf } = await import('../provision/python.mjs');
  const { electronProgram } = await import('../provision/electron.mjs');
  const env = {
    ...programEnvironment(),
    SMEARSCOPE_PYTHON: pythonOf('test'),
    SMEARSCOPE_ELECTRON: electronProgram()?.path ?? '',
    NO_COLOR: '1',
  };
  const outcomes = [];
  for (const part of wanted.length > 0 ? wanted : all) {
    const start = Date.now();
    console.log(`\n== ${part}`);
    const checks = CHECKS[part];
    const outcome = checks ? await runChecks(checks, env) : await runTests(part, env);
    outcomes.push(outcome);
    console.log(
      `== ${part}: ${outcome.passed} passed, ${outcome.failed} failed, ${((Date.now() - start) / 1000).toFixed(0)} s`,
    );
  }
  console.log(`\n${closingLine(outcomes)}`);
  return outcomes.some((each) => each.failed > 0) ? 1 : 0;
});

/** @param {string[][]} checks @param {NodeJS.ProcessEnv} env */
async function runChecks(checks, env) {
  const outcome = { passed: 0, failed: 0 };
  for (const args of checks) {
    const code = await attach(process.execPath, args, { cwd: root, env });
    if (code === 0) outcome.passed++;
    else {
      outcome.failed++;
      console.log(`FAILED: ${args.map((each) => each.replace(root, '.')).join(' ')}`);
    }
  }
  return outcome;
}

/** @param {string} project @param {NodeJS.ProcessEnv} env */
async function runTests(project, env) {
  const folder = mkdtempSync(join(tmpdir(), 'smearscope-report-'));
  const report = join(folder, 'report.json');
  const args = [
    bin('vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const virtual = project === 'e2e' && process.platform === 'linux' && !process.env['DISPLAY'];
  try {
    const code = virtual
      ? await attach('xvfb-run', ['-a', '--server-args=-screen 0 1600x1000x24', process.execPath, ...args], {
          cwd: root,
          env,
        })
      : await attach(process.execPath, args, { cwd: root, env });
    return vitestOutcome(readJson(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
