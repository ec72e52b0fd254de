import { trains, type Layer } from '#shared/domain/layer';
import type { TrainedLayers } from '#shared/domain/recipe';
import type { LayersModel } from '../backend/tensorflow';

/** The layers of a network in its order, and which of them train under a rule. */
export function layerList(model: LayersModel, rule: TrainedLayers): readonly Layer[] {
  return model.layers.map((each, index) => {
    const layer = {
      index,
      name: each.name,
      type: each.getClassName(),
      outputShape: each.outputShape.slice(1).map((side) => (typeof side === 'number' ? side : null)),
      parameters: each.countParams(),
    };
    return { ...layer, trainable: trains(layer, rule) };
  });
}
