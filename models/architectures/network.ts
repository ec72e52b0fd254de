import type { Layer } from '#shared/domain/layer';
import type { FitRecipe } from '#shared/domain/recipe';
import { FailureError } from '#shared/domain/failure';
import type { LayersModel } from '../backend/tensorflow';
import { withClassifier } from './classifierHead';
import { declareBackbone } from './declare';
import { layerList } from './layerList';
import type { Backbone } from './layerWriter';

/** A network as a recipe declares it: a backbone with the classifier on top. */
export interface Network {
  /** Pixels float32 [n, size, size, 3], (rgb - centre) x scale, to logits [n, classes]. Disposing of it disposes of the backbone. */
  readonly model: LayersModel;
  /** Its layers below the classifier. */
  readonly backbone: LayersModel;
  /** Names of the layers that end its blocks below the top: what the image is like at every depth. */
  readonly blocks: readonly string[];
  /** What the pixels 0..255 are brought to before they enter. */
  readonly input: Backbone['input'];
}

/** Declares a recipe's network. `seed` makes the initial weights, but those of a backbone that published ones will fill. */
export function declareNetwork(
  { network, weights, inputSize, head }: Pick<FitRecipe, 'network' | 'weights' | 'inputSize' | 'head'>,
  classes: number,
  seed: number,
): Network {
  const backbone = declareBackbone(network, {
    size: inputSize,
    weights: weights === 'random' ? 'random' : 'published',
    seed,
  });
  const model = withClassifier(backbone, { classes, head, seed });
  return { model, backbone: backbone.model, blocks: backbone.blocks.slice(0, -1), input: backbone.input };
}

/** The layers of a recipe's network, and which of them train in one of its stages. */
export function layersOf(recipe: FitRecipe, classes: number, stage: number): Layer[] {
  const train = recipe.stages[stage]?.train;
  if (!train) {
    throw new FailureError(
      'invalid-argument',
      `The recipe has no stage ${String(stage)}.`,
      `Its stages are 0 to ${String(recipe.stages.length - 1)}.`,
    );
  }
  const { model } = declareNetwork(recipe, classes, recipe.seed);
  try {
    return [...layerList(model, train)];
  } finally {
    model.dispose();
  }
}
