// training.js NETWORK SIZE BATCH STEPS: milliseconds an image of a training step (Adam, cross-entropy) as this program runs it, and resident MiB before and after; one line of JSON.
// NETWORK: as timedRecipe.ts has them.
import { declareNetwork } from '#models/architectures/network';
import { Random } from '#models/data/random';
import { stageTrainer } from '#models/training/stageTrainer';
import { Trainer } from '#models/training/trainer';
import { timedRecipe } from './timedRecipe';

const CLASSES = 8;

const [name = '', ...numbers] = process.argv.slice(2);
const [size = 96, batch = 32, steps = 10] = numbers.map(Number);

const recipe = timedRecipe(name, size, { batch, epochs: 1 });
const [stage] = recipe.stages;
if (!stage) throw new Error('A recipe has a stage.');
const network = declareNetwork(recipe, CLASSES, recipe.seed);
const trainer = Trainer.open(stageTrainer(recipe, stage, network, 1));
const random = new Random(7);
const pixels = Uint8Array.from({ length: batch * recipe.workingSize ** 2 * 3 }, () => Math.floor(random.next() * 256));
const labels = new Float32Array(batch * CLASSES);
for (let image = 0; image < batch; image++) labels[image * CLASSES + (image % CLASSES)] = 1;
const weights = new Float32Array(batch).fill(1);
const step = (index: number): void => {
  trainer.step({ pixels, count: batch, labels, weights }, { learningRate: 1e-3, seed: [recipe.seed, index] });
};
for (let index = 0; index < 3; index++) step(index);
const before = process.memoryUsage.rss();
const milliseconds: number[] = [];
for (let index = 3; index < steps + 3; index++) {
  const start = performance.now();
  step(index);
  milliseconds.push((performance.now() - start) / batch);
}
const memory = [before, process.memoryUsage.rss()].map((bytes) => Math.round(bytes / 2 ** 20));
trainer.close();
network.model.dispose();
process.stdout.write(`${JSON.stringify({ milliseconds, memory })}\n`);
