// Inference of Lite0 with its ImageNet classifier, beside Keras and onnxruntime on the same weights and pixels.
import { join } from 'node:path';
import { SetupError } from '../bootstrap/run.mjs';
import { AGREEMENT, readLogits, relativeDifference } from './agreement';
import { z } from 'zod';
import { bundle, median, runBundle, runPeer, weights, type Context, type Part, print } from './context';

const STEPS = '30';
const BATCH = '32';

const oursSchema = z.object({ milliseconds: z.array(z.number()) });
const peerSchema = oursSchema.extend({ version: z.string() });
const precisionSchema = z.object({
  float32: z.array(z.number()),
  bfloat16: z.array(z.number()),
  same: z.number(),
  images: z.number(),
  agreement: z.number(),
  faster: z.string(),
});

/** Throws where a peer's logits are not ours. */
export const inference: Part = async (context) => {
  await bundle('bench');
  const onnxruntime: Record<string, number> = {};
  for (const size of ['128', '160', '224']) {
    const logits = (name: string) => join(context.work, `${name}.logits`);
    const args = (name: string) => [join(context.work, 'pixels.bin'), logits(name), size, BATCH, STEPS];
    const ours = await runBundle(context, 'bench', args('ours'), oursSchema);
    const keras = await runPeer(context, 'keras_inference.py', [weights, ...args('keras')], peerSchema);
    const onnx = await runPeer(context, 'onnx_inference.py', [weights, ...args('onnx')], peerSchema);
    const [a = NaN, b = NaN, c = NaN] = [ours, keras, onnx].map(({ milliseconds }) => median(milliseconds));
    onnxruntime[size] = c;
    const differences = ['keras', 'onnx'].map((name) =>
      relativeDifference(readLogits(logits('ours')), readLogits(logits(name))),
    );
    print(
      `Lite0, ${size} px, batch ${BATCH}, median of ${STEPS}: ours ${a.toFixed(2)} ms an image, Keras ${keras.version} ${b.toFixed(2)} (ratio ${(a / b).toFixed(2)}), onnxruntime ${onnx.version} ${c.toFixed(2)} (ratio ${(a / c).toFixed(2)}); logits differ by at most ${differences.map((each) => each.toExponential(1)).join(' and ')} of their spread`,
    );
    if (Math.max(...differences) > AGREEMENT) {
      throw new SetupError(
        `The peers' logits differ from ours by more than ${String(AGREEMENT)} of their spread: they do not run the same network.`,
      );
    }
  }
  await bfloat16(context, onnxruntime['160'] ?? NaN);
};

/** The starter in both precisions, beside onnxruntime on Lite0 at the starter's 160 px. `onnxruntime` is its milliseconds an image. */
async function bfloat16(context: Context, onnxruntime: number): Promise<void> {
  await bundle('precision');
  const report = await runBundle(context, 'precision', [STEPS], precisionSchema);
  const [full, half] = [median(report.float32), median(report.bfloat16)];
  print(
    `The starter, Lite0 at 160 px: float32 ${full.toFixed(2)} ms an image, bfloat16 ${half.toFixed(2)} (ratio ${(half / full).toFixed(2)}; of onnxruntime's float32 ${(half / onnxruntime).toFixed(2)}); the same class for ${String(report.same)} of ${String(report.images)} sample images, for ${(100 * report.agreement).toFixed(2)} % of its validation part. Here the program chooses ${report.faster}.`,
  );
}
