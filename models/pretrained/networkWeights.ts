import { tf, type LayersModel } from '../backend/tensorflow';
import { weightName, weightsOf } from '../lowering/layerWeights';
import type { Weight } from '../files/weightsFile';

/** All weights of a network by `<layer>/<weight>`, in the order of its layers. The arrays are the caller's. */
export function weightsIn(model: LayersModel): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  for (const layer of model.layers) {
    for (const [name, weight] of weightsOf(layer)) weights.set(`${layer.name}/${name}`, weight);
  }
  return weights;
}

/** Sets weights of a network by `<layer>/<weight>`; those not given stay as they are. Throws where one has another size. */
export function setWeights(model: LayersModel, values: ReadonlyMap<string, Float32Array>): void {
  tf.tidy(() => {
    for (const layer of model.layers) {
      const given = layer.weights.map(({ name }) => values.get(`${layer.name}/${weightName(name)}`));
      if (given.every((each) => each === undefined)) continue;
      const kept = layer.getWeights();
      layer.setWeights(
        kept.map((tensor, index) => {
          const value = given[index];
          return value ? tf.tensor(value, tensor.shape) : tensor;
        }),
      );
    }
  });
}

/** The values alone, as checkpoints hold them. */
export function valuesOf(weights: ReadonlyMap<string, Weight>): Map<string, Float32Array> {
  return new Map([...weights].map(([name, { data }]) => [name, data]));
}
