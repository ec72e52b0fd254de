// precision.js STEPS: milliseconds an image of the starter in float32 and in bfloat16, taking turns, and of how many sample images both call the same class. One line of JSON.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { topOf } from '#models/evaluation/evaluate';
import { BATCH, Classifier } from '#models/inference/classifier';
import { decodeImage } from '#models/data/decode';
import { fasterPrecision } from '#models/inference/fasterPrecision';

const steps = Number(process.argv[2]);
const open = (precision: 'float32' | 'bfloat16'): Promise<Classifier> =>
  Classifier.open('models/starter', 'models/pretrained', { precision });

const float32 = await open('float32');
const bfloat16 = await open('bfloat16');
const { inputSize: side, classIds, bfloat16: checked } = float32.card;
const names = (await readdir('samples/slide')).sort().slice(0, BATCH);
const pixels = new Uint8Array(names.length * side * side * 3);
for (const [row, name] of names.entries()) {
  const bytes = await readFile(join('samples/slide', name));
  await decodeImage(bytes, side, { pixels: pixels.subarray(row * side * side * 3, (row + 1) * side * side * 3) });
}
const [plain = [], halved = []] = [float32, bfloat16].map((classifier) =>
  classifier.classify(pixels, names.length).map(({ probabilities }) => topOf(probabilities, 0, classIds.length).top),
);
const milliseconds: Record<string, number[]> = { float32: [], bfloat16: [] };
for (let step = 0; step < steps; step++) {
  for (const classifier of [float32, bfloat16]) {
    const start = performance.now();
    classifier.classify(pixels, names.length);
    milliseconds[classifier.precision]?.push((performance.now() - start) / names.length);
  }
}
float32.close();
bfloat16.close();
const report = {
  ...milliseconds,
  images: names.length,
  same: plain.filter((top, row) => top === halved[row]).length,
  agreement: checked?.agreement,
  faster: fasterPrecision(),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
