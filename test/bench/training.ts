// training.js NETWORK SIZE BATCH STEPS: milliseconds an image of a training step (Adam, cross-entropy) as this program runs it, and resident MiB before and after; one line of JSON.
// NETWORK: b2 or lite0 (every layer trains, a bare classifier), or reference (the reference recipe: b2 frozen, augmentation, its classifier, 96 px resized to SIZE).
import { declareNetwork } from '#models/architectures/network';
import { addAugmentation } from '#models/augment/augment';
import { addPreprocessing, resized } from '#models/inference/networkGraph';
import { Random } from '#models/training/random';
import { Trainer } from '#models/training/trainer';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import type { FitRecipe } from '#shared/domain/recipe';

const CLASSES = 8;

const [name = '', ...numbers] = process.argv.slice(2);
const [size = 96, batch = 32, steps = 10] = numbers.map(Number);

/** The reference recipe with random weights (its time does not hang on them), or one that only says which network. */
function recipeOf(network: string): FitRecipe {
  const reference = defaultRecipe('transfer');
  if (reference.kind === 'quick') throw new Error('The reference recipe trains by gradients.');
  const random = { ...reference, weights: 'random', inputSize: size };
  if (network === 'reference') return random;
  const head = { dropout: 0, batchNorm: false, dense: [], slope: 0, denseDropout: 0 };
  const backbone = network === 'b2' ? 'efficientnet-b2' : 'efficientnet-lite0';
  return { ...random, network: backbone, head, workingSize: size, augmentation: { steps: [] } };
}

const recipe = recipeOf(name);
const network = declareNetwork(recipe, CLASSES, recipe.seed);
const backbone = new Set(network.backbone.layers.map((layer) => layer.name));
const trainer = Trainer.open({
  model: network.model,
  side: recipe.workingSize,
  preprocess: (graph, pixels) => addPreprocessing(graph, pixels, recipe.inputSize, network.input),
  trainable: (layer) => name !== 'reference' || !backbone.has(layer),
  augment:
    recipe.augmentation.steps.length === 0
      ? null
      : (graph, { pixels, labels, seed }) =>
          addAugmentation(
            graph,
            { pixels: resized(graph, 'augment/resize', pixels, recipe.inputSize), labels, seed },
            recipe.augmentation,
          ),
  optimiser: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  labelSmoothing: 0,
  l2: 0,
  clipNorm: null,
  ema: null,
});
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
