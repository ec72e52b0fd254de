// index.js PIXELS SIZE BATCH STEPS: milliseconds an image of Lite0 with its ImageNet classifier, as this program runs it.
// Writes the pixels (uint8 [batch, size, size, 3] of sample images) that the peers read, and one line of JSON.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { efficientNetLite } from '#models/architectures/efficientNetLite';
import { Graph } from '#models/graph/graph';
import { softmax } from '#models/graph/operations/activation';
import { mul, sub } from '#models/graph/operations/arithmetic';
import { biasAdd } from '#models/graph/operations/convolution';
import { matMul } from '#models/graph/operations/matMul';
import { spatialMean } from '#models/graph/operations/reduction';
import { cast } from '#models/graph/operations/shape';
import { Session } from '#models/graph/session';
import { decodeImage } from '#models/inference/decode';
import { lower } from '#models/lowering/lower';
import { assignPretrained } from '#models/pretrained/assign';
import { loadPretrained } from '#models/pretrained/load';

const [pixelsFile = '', ...numbers] = process.argv.slice(2);
const [size = 160, batch = 32, steps = 20] = numbers.map(Number);

const names = (await readdir('samples/slide')).sort();
const data = new Uint8Array(batch * size * size * 3);
for (let index = 0; index < batch; index++) {
  const bytes = await readFile(join('samples/slide', names[index % names.length] ?? ''));
  data.set((await decodeImage(bytes, size)).pixels, index * size * size * 3);
}
await writeFile(pixelsFile, data);

const pretrained = await loadPretrained('models/pretrained/efficientnet-lite0');
const { model, blocks } = efficientNetLite('lite0', size);
assignPretrained(model, pretrained);
const graph = new Graph();
const pixels = graph.placeholder('pixels', 'uint8', [null, size, size, 3]);
const centred = sub(
  graph,
  'centred',
  cast(graph, 'values', pixels, 'float32'),
  graph.constant('centre', Float32Array.of(127), []),
);
const top = lower(
  graph,
  model,
  mul(graph, 'scaled', centred, graph.constant('scale', Float32Array.of(1 / 128), [])),
).get(blocks.at(-1) ?? '');
const kernel = pretrained.weights.get('predictions/kernel');
const bias = pretrained.weights.get('predictions/bias');
if (!top || !kernel || !bias) throw new Error('The backbone has no classifier.');
const product = matMul(
  graph,
  'product',
  spatialMean(graph, 'pooled', top),
  graph.constant('kernel', kernel.data, kernel.shape),
);
const probabilities = softmax(
  graph,
  'probabilities',
  biasAdd(graph, 'logits', product, graph.constant('bias', bias.data, bias.shape)),
);
const session = Session.open(graph);
const run = (): ArrayLike<number> =>
  session.run([{ tensor: pixels, shape: [batch, size, size, 3], data }], [probabilities])[0] ?? [];
let first: ArrayLike<number> = [];
for (let step = 0; step < 3; step++) first = run();
const milliseconds: number[] = [];
for (let step = 0; step < steps; step++) {
  const start = performance.now();
  run();
  milliseconds.push((performance.now() - start) / batch);
}
session.close();
process.stdout.write(
  `${JSON.stringify({ version: 'smearscope', milliseconds, first: Array.from(first).slice(0, 5) })}\n`,
);
