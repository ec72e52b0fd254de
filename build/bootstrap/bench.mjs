// npm run bench [-- FOLDER_OF_IMAGES]: this program beside its peers, on this machine, in one run; each figure with its ratio. Fails where a peer's logits are not ours.
// npm run bench -- choice FOLDER_PER_CLASS [WORK]: accuracy and cost of input sizes, features and heads of quick training. WORK keeps what is done, so that a run that was stopped goes on.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGREEMENT, readLogits, relativeDifference } from './agreement.mjs';
import { ensureBuilt } from './ensureBuilt.mjs';
import { programEnvironment } from './environment.mjs';
import { root } from './places.mjs';
import { attach, run, SetupError } from './run.mjs';
import { command, setUp } from './prepare.mjs';

const STEPS = '30';
const BATCH = '32';

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** @param {'bench' | 'choice'} name */
const bundle = (name) =>
  run(process.execPath, [join(root, 'build', 'build.mjs'), name], {
    cwd: root,
    remedy: 'The benchmark does not build; see above.',
  });

const [first, folder, kept] = process.argv.slice(2);
await command(() => (first === 'choice' ? compareChoices(folder, kept) : compareWithPeers(first)));

/**
 * @param {string | undefined} images a folder a class
 * @param {string | undefined} kept
 */
async function compareChoices(images, kept) {
  if (!images) throw new SetupError('Which images? npm run bench -- choice FOLDER_PER_CLASS [WORK]');
  await setUp({ window: false });
  await bundle('choice');
  const work = kept ?? mkdtempSync(join(tmpdir(), 'smearscope-choice-'));
  try {
    return await attach(process.execPath, [join(root, 'dist', 'choice', 'index.js'), images, work], {
      cwd: root,
      env: programEnvironment(),
    });
  } finally {
    if (!kept) rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string | undefined} images */
async function compareWithPeers(images) {
  await setUp({ window: false, bench: true });
  await ensureBuilt();
  const { pythonOf } = await import('../provision/python.mjs');
  const python = pythonOf('bench');
  await bundle('bench');
  const env = programEnvironment();
  const work = mkdtempSync(join(tmpdir(), 'smearscope-bench-'));
  const weights = join(root, 'models', 'pretrained', 'efficientnet-lite0');
  const peer = (/** @type {string} */ name) => join(root, 'test', 'bench', 'peers', name);
  const options = { cwd: root, env, remedy: 'See its words above.' };
  const last = (/** @type {string} */ text) => JSON.parse(text.trim().split('\n').at(-1) ?? '');
  console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`);
  try {
    let agree = true;
    for (const size of ['128', '160', '224']) {
      const args = (/** @type {string} */ name) => [
        join(work, 'pixels.bin'),
        join(work, `${name}.logits`),
        size,
        BATCH,
        STEPS,
      ];
      const ours = last(
        await run(process.execPath, [join(root, 'dist', 'bench', 'index.js'), ...args('ours')], options),
      );
      const keras = last(await run(python, [peer('keras_inference.py'), weights, ...args('keras')], options));
      const onnx = last(await run(python, [peer('onnx_inference.py'), weights, ...args('onnx')], options));
      const [a, b, c] = [ours, keras, onnx].map(({ milliseconds }) => median(milliseconds));
      const logits = (/** @type {string} */ name) => readLogits(join(work, `${name}.logits`));
      const ofKeras = relativeDifference(logits('ours'), logits('keras'));
      const ofOnnx = relativeDifference(logits('ours'), logits('onnx'));
      agree &&= Math.max(ofKeras, ofOnnx) <= AGREEMENT;
      console.log(
        `Lite0, ${size} px, batch ${BATCH}, median of ${STEPS}: ours ${a?.toFixed(2)} ms an image, Keras ${keras.version} ${b?.toFixed(2)} (ratio ${((a ?? NaN) / (b ?? NaN)).toFixed(2)}), onnxruntime ${onnx.version} ${c?.toFixed(2)} (ratio ${((a ?? NaN) / (c ?? NaN)).toFixed(2)}); logits differ by at most ${ofKeras.toExponential(1)} and ${ofOnnx.toExponential(1)} of their spread`,
      );
    }
    if (!agree) {
      console.error(
        `The peers' logits differ from ours by more than ${AGREEMENT} of their spread: they do not run the same network.`,
      );
      return 1;
    }
    if (images) {
      const start = performance.now();
      const args = [
        'classify',
        images,
        '--workspace',
        join(work, 'workspace'),
        '--out',
        join(work, 'ours.csv'),
        '--json',
      ];
      const summary = JSON.parse(
        await run(process.execPath, [join(root, 'dist', 'cli', 'index.js'), ...args], options),
      );
      const seconds = (performance.now() - start) / 1000;
      const peerStart = performance.now();
      const script = last(
        await run(python, [peer('keras_classify.py'), weights, images, '160', join(work, 'peer.csv')], options),
      );
      const peerSeconds = (performance.now() - peerStart) / 1000;
      console.log(
        `Whole job, ${summary.total} files: ours ${seconds.toFixed(1)} s, plain script (Keras ${script.version}) ${peerSeconds.toFixed(1)} s for ${script.images} files (ratio ${(seconds / peerSeconds).toFixed(2)})`,
      );
    }
    return 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
