import type { FitRecipe, FitStage } from '#shared/domain/recipe';
import type { StageSpeed } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';
import { declareNetwork, type Network } from '../architectures/network';
import { withStaining } from '../augment/staining';
import { stageTrainer } from './stageTrainer';
import { Trainer } from './trainer';

/** Steps measured of each stage, after one in which TensorFlow prepares itself. */
const STEPS = 3;

/**
 * Measures how fast a recipe's stages train here: a few steps of each on noise, with random weights. It takes as long as those steps do.
 * FailureError `cancelled` once the signal is aborted, between two steps.
 */
export async function measureSpeed(recipe: FitRecipe, classes: number, signal: AbortSignal): Promise<StageSpeed[]> {
  const network = declareNetwork({ ...recipe, weights: 'random' }, classes, recipe.seed);
  // Which staining it is costs nothing.
  const stained = { ...recipe, augmentation: withStaining(recipe.augmentation, null) };
  try {
    const speeds: StageSpeed[] = [];
    for (const stage of recipe.stages) speeds.push(await speedOf(stained, stage, network, classes, signal));
    return speeds;
  } finally {
    network.model.dispose();
  }
}

async function speedOf(
  recipe: FitRecipe,
  stage: FitStage,
  network: Network,
  classes: number,
  signal: AbortSignal,
): Promise<StageSpeed> {
  const { batch: count } = stage;
  const pixels = Uint8Array.from({ length: count * recipe.workingSize ** 2 * 3 }, (_, index) => (index * 7919) % 256);
  const labels = Float32Array.from({ length: count * classes }, (_, index) =>
    index % classes === Math.floor(index / classes) % classes ? 1 : 0,
  );
  const batch = { pixels, count, labels, weights: new Float32Array(count).fill(1) };
  const trainer = Trainer.open(stageTrainer(recipe, stage, network, 1));
  try {
    const step = (index: number): void => {
      trainer.step(batch, { learningRate: 1e-6, seed: [recipe.seed | 0, index] });
    };
    step(0);
    const stepSeconds = await meanSeconds(STEPS, step, signal);
    trainer.predict(pixels, count);
    const predictSeconds = await meanSeconds(1, () => trainer.predict(pixels, count), signal);
    return { secondsAStep: stepSeconds, secondsAnImage: predictSeconds / count };
  } finally {
    trainer.close();
  }
}

/** Lets the process answer between two runs. */
async function meanSeconds(times: number, work: (index: number) => unknown, signal: AbortSignal): Promise<number> {
  let seconds = 0;
  for (let index = 1; index <= times; index++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new FailureError('cancelled', 'The measuring was stopped.', 'Start it again to go on.');
    const start = performance.now();
    work(index);
    seconds += (performance.now() - start) / 1000;
  }
  return seconds / times;
}
