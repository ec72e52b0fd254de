import type { FitRecipe } from '#shared/domain/recipe';
import type { LayersModel } from '../backend/tensorflow';
import { withClassifier } from './classifierHead';
import { declareBackbone } from './declare';
import type { Backbone } from './layerWriter';

/** A network as a recipe declares it: a backbone with the classifier on top. */
export interface Network {
  /** Pixels float32 [n, size, size, 3], (rgb - centre) x scale, to logits [n, classes]. Disposing of it disposes of the backbone. */
  readonly model: LayersModel;
  /** Its layers below the classifier. */
  readonly backbone: LayersModel;
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
  return { model, backbone: backbone.model, input: backbone.input };
}
