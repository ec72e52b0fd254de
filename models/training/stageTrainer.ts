import type { FitRecipe, FitStage } from '#shared/domain/recipe';
import { layerList } from '../architectures/layerList';
import type { Network } from '../architectures/network';
import { addAugmentation } from '../augment/augment';
import { addPreprocessing, resized } from '../inference/networkGraph';
import type { TrainerOptions } from './trainer';

/** How a stage of a recipe trains a network; a step's batch goes through the device in `pieces`. */
export function stageTrainer(recipe: FitRecipe, stage: FitStage, network: Network, pieces: number): TrainerOptions {
  const { workingSize, inputSize, augmentation, l2, labelSmoothing, clipNorm, ema } = recipe;
  const layers = layerList(network.model, stage.train).filter(({ trainable }) => trainable);
  const trained = new Set(layers.map(({ name }) => name));
  return {
    model: network.model,
    side: workingSize,
    preprocess: (graph, pixels) => addPreprocessing(graph, pixels, inputSize, network.input),
    trainable: (name) => trained.has(name),
    // At the side that the network sees, as the reference recipe does.
    augment:
      augmentation.steps.length === 0
        ? null
        : (graph, { pixels, labels, seed }) => {
            const seen = resized(graph, 'augment/resize', pixels, inputSize);
            return addAugmentation(graph, { pixels: seen, labels, seed }, augmentation);
          },
    optimiser: stage.optimiser,
    labelSmoothing,
    l2,
    clipNorm,
    ema,
    accumulate: pieces,
  };
}
