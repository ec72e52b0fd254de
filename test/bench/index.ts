// index.js PIXELS LOGITS SIZE BATCH STEPS: milliseconds an image of Lite0 with its ImageNet classifier, as this program runs it.
// Writes the pixels (uint8 [batch, size, size, 3] of sample images) that the peers read, its logits (float32 [batch, 1000]) of them, and one line of JSON.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TensorData } from '#models/backend/tensorflow';
import { Graph, type GraphTensor } from '#models/graph/graph';
import { softmax } from '#models/graph/operations/activation';
import { biasAdd } from '#models/graph/operations/convolution';
import { matMul } from '#models/graph/operations/matMul';
import { spatialMean } from '#models/graph/operations/reduction';
import { Session } from '#models/graph/session';
import { decodeImage } from '#models/data/decode';
import { BRANCHES, inBranches } from '#models/inference/branches';
import { addBackbone } from '#models/inference/features';
import { loadPretrained } from '#models/pretrained/load';

const [pixelsFile = '', logitsFile = '', ...numbers] = process.argv.slice(2);
const [size = 160, batch = 32, steps = 20] = numbers.map(Number);

const names = (await readdir('samples/slide')).sort();
const data = new Uint8Array(batch * size * size * 3);
for (let index = 0; index < batch; index++) {
  const bytes = await readFile(join('samples/slide', names[index % names.length] ?? ''));
  data.set((await decodeImage(bytes, size)).pixels, index * size * size * 3);
}
await writeFile(pixelsFile, data);

const pretrained = await loadPretrained('models/pretrained/efficientnet-lite0');
const graph = new Graph();
const pixels = graph.placeholder('pixels', 'uint8', [null, size, size, 3]);
const kernel = pretrained.weights.get('predictions/kernel');
const bias = pretrained.weights.get('predictions/bias');
const logits = inBranches(graph, pixels, BRANCHES, (part) => {
  const top = addBackbone(graph, part, size, pretrained).at(-1);
  if (!top || !kernel || !bias) throw new Error('The backbone has no classifier.');
  const pooled = spatialMean(graph, 'pooled', top);
  const product = matMul(graph, 'product', pooled, graph.constant('kernel', kernel.data, kernel.shape));
  return biasAdd(graph, 'logits', product, graph.constant('bias', bias.data, bias.shape));
});
const probabilities = softmax(graph, 'probabilities', logits);
const session = Session.open(graph);
const run = (fetch: GraphTensor): TensorData | undefined =>
  session.run([{ tensor: pixels, shape: [batch, size, size, 3], data }], [fetch])[0];
const values = run(logits);
if (!(values instanceof Float32Array)) throw new Error('The network gave no logits.');
await writeFile(logitsFile, values);
for (let step = 0; step < 3; step++) run(probabilities);
const milliseconds: number[] = [];
for (let step = 0; step < steps; step++) {
  const start = performance.now();
  run(probabilities);
  milliseconds.push((performance.now() - start) / batch);
}
session.close();
process.stdout.write(`${JSON.stringify({ version: 'smearscope', milliseconds })}\n`);
