// better-sqlite3: its prebuilt file needs N-API 10; on an older Node or Electron it is built from its own source.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, packageVersion, root } from '../bootstrap/places.mjs';
import { answers, run } from '../bootstrap/run.mjs';
import { nodeHeaders, requireCompiler } from './nativeBuild.mjs';

const packageFolder = join(root, 'node_modules', 'better-sqlite3');
const addon = join(packageFolder, 'build', 'Release', 'better_sqlite3.node');

/** Opens a database in a process of its own, since an addon of a newer N-API takes the process down. SQLite before 3.51.3 can corrupt a WAL database. */
const PROBE = `const D = require('better-sqlite3'); const v = new D(':memory:').prepare('select sqlite_version() as v').get().v.split('.').map(Number);
process.exit(v[0] * 1e6 + v[1] * 1e3 + v[2] >= 3051003 ? 0 : 1)`;

const stamp = join(packageFolder, 'smearscope-ok');
const stampText = () => `${packageVersion('better-sqlite3')} ${process.versions.modules} ${process.versions['napi']}`;

/** @type {import('../bootstrap/steps.mjs').Step} */
export const sqlite = {
  name: 'SQLite',
  isDone: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === stampText(),
  run: async (say) => {
    const works = () =>
      answers(process.execPath, ['-e', PROBE.replace("'better-sqlite3'", JSON.stringify(packageFolder))]);
    // The stand-in Electron has N-API 9, so a file that works in Node alone is not enough there.
    if (process.platform === 'linux' || !works()) {
      const built = join(
        cacheFolder(),
        'addons',
        `better-sqlite3-${packageVersion('better-sqlite3')}-${process.platform}-${process.arch}.node`,
      );
      if (!existsSync(built)) await build(built, say);
      mkdirSync(dirname(addon), { recursive: true });
      copyFileSync(built, `${addon}.part`);
      renameSync(`${addon}.part`, addon);
      if (!works())
        await run(process.execPath, ['-e', PROBE.replace("'better-sqlite3'", JSON.stringify(packageFolder))], {
          remedy: `SQLite does not open. Delete ${built} and run set-up again.`,
        });
    }
    writeFileSync(stamp, stampText());
  },
};

/** @param {string} target @param {(progress: string) => void} say */
async function build(target, say) {
  requireCompiler();
  say('building from source (about a minute)');
  // Inside node_modules, so that the build finds node-addon-api.
  const work = mkdtempSync(join(root, 'node_modules', '.better-sqlite3-'));
  try {
    cpSync(packageFolder, work, { recursive: true, filter: (source) => !source.includes('prebuilds') });
    const gyp = join(work, 'binding.gyp');
    // Node before 22.14 and Electron before 35 have no N-API 10, but the calls it names as experimental ones.
    writeFileSync(
      gyp,
      readFileSync(gyp, 'utf8').replaceAll(
        "'NAPI_VERSION=10'",
        "'NAPI_EXPERIMENTAL', 'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT'",
      ),
    );
    const nodeGyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    await run(
      process.execPath,
      [nodeGyp, 'rebuild', '--release', '--force_build=1', `--nodedir=${await nodeHeaders()}`],
      {
        cwd: work,
        remedy: 'A C++20 compiler, make and Python 3 are needed (Debian: apt-get install g++ make python3).',
      },
    );
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(work, 'build', 'Release', 'better_sqlite3.node'), `${target}.part`);
    renameSync(`${target}.part`, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
