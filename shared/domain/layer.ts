import { z } from 'zod';
import type { TrainedLayers } from './recipe';

/** A layer of a network, as a list shows it. */
export const layerSchema = z.object({
  /** From 0, in the network's own order: what "freeze the first N" counts. */
  index: z.int().nonnegative(),
  name: z.string(),
  /** Keras' class, such as Conv2D. */
  type: z.string(),
  /** Without the batch. */
  outputShape: z.array(z.int().nullable()),
  /** Numbers in its weights, moving statistics included. */
  parameters: z.int().nonnegative(),
  /** Whether it trains under the rule that the list was made for. */
  trainable: z.boolean(),
});

export type Layer = z.infer<typeof layerSchema>;

/** What a user may unfreeze without moving batch norms. */
const CONVOLUTIONS = ['Conv2D', 'DepthwiseConv2D'];

/**
 * Whether a layer trains under a rule. The classifier's (`head_...`) always do. A layer without weights goes by its place alone: dropout beyond the frozen layers drops, before
 * them it does not.
 */
export function trains(layer: Omit<Layer, 'trainable'>, rule: TrainedLayers): boolean {
  if (layer.name.startsWith('head_')) return true;
  switch (rule.kind) {
    case 'head':
      return false;
    case 'all':
      return true;
    case 'beyond':
      if (layer.index < rule.freezeFirst) return false;
      return !rule.convolutionsOnly || layer.parameters === 0 || CONVOLUTIONS.includes(layer.type);
    case 'blocks':
      return rule.blocks.some((block) => layer.name.startsWith(block));
  }
}
