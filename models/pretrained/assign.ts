import { tf, type LayersModel } from '../backend/tensorflow';
import { weightName } from '../lowering/layerWeights';
import type { Pretrained } from './load';

/** Fills a declared network with published weights by layer and weight name. Throws if one is missing or has another shape. */
export function assignPretrained(model: LayersModel, pretrained: Pretrained): void {
  tf.tidy(() => {
    for (const layer of model.layers) {
      if (layer.weights.length === 0) continue;
      layer.setWeights(
        layer.weights.map((variable) => {
          const name = `${layer.name}/${weightName(variable.name)}`;
          const weight = pretrained.weights.get(name);
          if (!weight) throw new Error(`${pretrained.name} has no weight "${name}".`);
          return tf.tensor(weight.data, [...weight.shape]);
        }),
      );
    }
  });
}
