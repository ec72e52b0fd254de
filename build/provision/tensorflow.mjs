// The native TensorFlow library for @tensorflow/tfjs-node-gpu and the addon built against it.
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder, packageVersion, readJson, root, sha256 } from '../bootstrap/places.mjs';
import { answers, run } from '../bootstrap/run.mjs';
import { downloadWheel, pythonWithPip, requireSpace } from './download.mjs';
import { gpuLibraries } from './gpuLibraries.mjs';
import { nodeHeaders, requireCompiler } from './nativeBuild.mjs';
import { installOwn, ownArchive } from './ownDownload.mjs';

const VERSION = '2.21.0';
const WHEELS = {
  cpu: {
    name: `tensorflow-cpu==${VERSION}`,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    space: 3e9,
  },
  gpu: {
    name: `tensorflow==${VERSION}`,
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    space: 12e9,
  },
};
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const packageFolder = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
const stampFile = join(packageFolder, 'deps', 'smearscope.json');
const addon = join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node');

/** What is installed now: route, version and build, or null. */
export function installedTensorFlow() {
  const stamp = readJson(stampFile);
  if (!existsSync(addon) || typeof stamp !== 'object' || stamp === null || !('build' in stamp)) return null;
  return /** @type {{ route: string, version: string, build: 'cpu' | 'gpu' }} */ (stamp);
}

/**
 * @param {{ gpu: boolean }} options gpu: the CUDA build; without it a CUDA build that is there stays
 * @returns {import('../bootstrap/steps.mjs').Step}
 */
export function tensorflow({ gpu }) {
  return {
    name: 'TensorFlow',
    isDone: () => {
      const installed = installedTensorFlow();
      return installed !== null && (!gpu || installed.build === 'gpu');
    },
    run: async (say) => {
      const python = process.platform === 'linux' && process.arch === 'x64' ? pythonWithPip() : null;
      if (python) return fromRegistry(gpu ? 'gpu' : 'cpu', python, say);
      const build = gpu ? 'gpu' : 'cpu';
      const archive = ownArchive(process.platform, process.arch, build);
      say(`no pip on this machine, or no Linux on x86-64: downloading ${archive.url}`);
      if (archive.sha256 === null) say('no SHA-256 of it is known: only the transfer is checked');
      await installOwn(archive, build, packageFolder);
      writeFileSync(
        stampFile,
        JSON.stringify({ route: `own download ${archive.url}`, version: archive.version, build }),
      );
    },
  };
}

/**
 * @param {'cpu' | 'gpu'} build
 * @param {string} python
 * @param {(progress: string) => void} say
 */
async function fromRegistry(build, python, say) {
  const wheel = WHEELS[build];
  const library = join(cacheFolder(), `tensorflow-${VERSION}-${build}`);
  if (!existsSync(library)) {
    requireSpace(wheel.space, cacheFolder());
    say(`downloading ${wheel.name} from PyPI`);
    const file = await downloadWheel(wheel.name, wheel.sha256, { python });
    say('unpacking');
    const part = mkdtempSync(`${library}.part-`);
    try {
      await run(
        python,
        [
          join(root, 'build', 'provision', 'unpackWheel.py'),
          file,
          part,
          ...LIBRARIES.map((each) => `tensorflow/${each}`),
          ...['tensorflow', 'xla', 'tsl'].map((each) => `tensorflow/include/${each}/`),
          `tensorflow-${VERSION}.dist-info/METADATA`,
          `tensorflow_cpu-${VERSION}.dist-info/METADATA`,
        ],
        { remedy: `Delete ${file} and run set-up again.` },
      );
      renameSync(part, library);
    } finally {
      rmSync(part, { recursive: true, force: true });
    }
    rmSync(dirname(file), { recursive: true, force: true });
  }
  if (build === 'gpu')
    await gpuLibraries(readFileSync(join(library, `tensorflow-${VERSION}.dist-info`, 'METADATA'), 'utf8'), python, say);
  rmSync(stampFile, { force: true });
  linkLibraries(join(library, 'tensorflow'));
  await buildAddon(join(library, 'tensorflow'), say);
  writeFileSync(stampFile, JSON.stringify({ route: `PyPI ${wheel.name}`, version: VERSION, build }));
}

/** @param {string} from */
function linkLibraries(from) {
  const lib = join(packageFolder, 'deps', 'lib');
  rmSync(lib, { recursive: true, force: true });
  mkdirSync(lib, { recursive: true });
  for (const name of LIBRARIES) {
    linkOrCopy(join(from, name), join(lib, name));
    symlinkSync(name, join(lib, name.replace('_cc.so.2', '.so').replace('framework.so.2', 'framework.so')));
  }
}

/** A gigabyte is not copied where a link will do. @param {string} from @param {string} to */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    symlinkSync(from, to);
  }
}

/** @param {string} library @param {(progress: string) => void} say */
async function buildAddon(library, say) {
  const version = packageVersion('@tensorflow/tfjs-node-gpu') ?? 'unknown';
  const built = join(
    cacheFolder(),
    'addons',
    `tfjs-${version}-${VERSION}-${process.arch}-${sha256(await glibc()).slice(0, 8)}.node`,
  );
  if (!existsSync(built)) {
    requireCompiler();
    say('building the addon');
    const include = join(packageFolder, 'deps', 'include');
    rmSync(include, { recursive: true, force: true });
    cpSync(join(library, 'include'), include, { recursive: true });
    const nodeGyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    await run(
      process.execPath,
      [
        nodeGyp,
        'rebuild',
        '--release',
        `--nodedir=${await nodeHeaders()}`,
        '--',
        '-Dmodule_name=tfjs_binding',
        '-Dmodule_path=./lib/napi-v8',
        '-Dnapi_build_version=8',
      ],
      {
        cwd: packageFolder,
        remedy: 'A C++ compiler, make and Python 3 are needed (Debian: apt-get install g++ make python3).',
      },
    );
    mkdirSync(dirname(built), { recursive: true });
    copyFileSync(addon, `${built}.part`);
    renameSync(`${built}.part`, built);
    rmSync(include, { recursive: true, force: true });
    rmSync(join(packageFolder, 'build'), { recursive: true, force: true });
  }
  mkdirSync(dirname(addon), { recursive: true });
  copyFileSync(built, `${addon}.part`);
  renameSync(`${addon}.part`, addon);
  const probe = join(mkdtempSync(join(tmpdir(), 'smearscope-probe-')), 'probe.cjs');
  writeFileSync(probe, `require(${JSON.stringify(addon)})`);
  try {
    if (!answers(process.execPath, [probe]) && process.env['SMEARSCOPE_GPU_LIBRARIES'] === undefined) {
      await run(process.execPath, [probe], {
        remedy: `The addon does not load. Delete ${built} and run set-up again.`,
      });
    }
  } finally {
    rmSync(dirname(probe), { recursive: true, force: true });
  }
}

async function glibc() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report?.getReport() ?? {});
  return report.header?.glibcVersionRuntime ?? process.platform;
}
