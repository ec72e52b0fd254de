// Inference of Lite0 with its ImageNet classifier, beside Keras and onnxruntime on the same weights and pixels.
import { join } from 'node:path';
import { SetupError } from '../bootstrap/run.mjs';
import { AGREEMENT, readLogits, relativeDifference } from './agreement.mjs';
import { bundle, median, runBundle, runPeer, weights } from './context.mjs';

const STEPS = '30';
const BATCH = '32';

/** Throws where a peer's logits are not ours. @param {import('./context.mjs').Context} context */
export async function inference(context) {
  await bundle('bench');
  /** @type {Record<string, number>} */
  const onnxruntime = {};
  for (const size of ['128', '160', '224']) {
    const logits = (/** @type {string} */ name) => join(context.work, `${name}.logits`);
    const args = (/** @type {string} */ name) => [join(context.work, 'pixels.bin'), logits(name), size, BATCH, STEPS];
    const ours = await runBundle(context, 'bench', args('ours'));
    const keras = await runPeer(context, 'keras_inference.py', [weights, ...args('keras')]);
    const onnx = await runPeer(context, 'onnx_inference.py', [weights, ...args('onnx')]);
    const [a = NaN, b = NaN, c = NaN] = [ours, keras, onnx].map(({ milliseconds }) => median(milliseconds));
    onnxruntime[size] = c;
    const differences = ['keras', 'onnx'].map((name) =>
      relativeDifference(readLogits(logits('ours')), readLogits(logits(name))),
    );
    console.log(
      `Lite0, ${size} px, batch ${BATCH}, median of ${STEPS}: ours ${a.toFixed(2)} ms an image, Keras ${keras.version} ${b.toFixed(2)} (ratio ${(a / b).toFixed(2)}), onnxruntime ${onnx.version} ${c.toFixed(2)} (ratio ${(a / c).toFixed(2)}); logits differ by at most ${differences.map((each) => each.toExponential(1)).join(' and ')} of their spread`,
    );
    if (Math.max(...differences) > AGREEMENT) {
      throw new SetupError(
        `The peers' logits differ from ours by more than ${AGREEMENT} of their spread: they do not run the same network.`,
      );
    }
  }
  await bfloat16(context, onnxruntime['160'] ?? NaN);
}

/** The starter in both precisions, beside onnxruntime on Lite0 at the starter's 160 px. @param {import('./context.mjs').Context} context @param {number} onnxruntime ms an image */
async function bfloat16(context, onnxruntime) {
  await bundle('precision');
  const report = await runBundle(context, 'precision', [STEPS]);
  const [full, half] = [median(report.float32), median(report.bfloat16)];
  console.log(
    `The starter, Lite0 at 160 px: float32 ${full.toFixed(2)} ms an image, bfloat16 ${half.toFixed(2)} (ratio ${(half / full).toFixed(2)}; of onnxruntime's float32 ${(half / onnxruntime).toFixed(2)}); the same class for ${report.same} of ${report.images} sample images, for ${(100 * report.agreement).toFixed(2)} % of its validation part. Here the program chooses ${report.faster}.`,
  );
}
