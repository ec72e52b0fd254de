import type { Layer } from '../backend/tensorflow';
import type { Weight } from '../files/weightsFile';

/** A layer's weights by the last part of their names ("stem_bn/gamma" -> "gamma"). The values are the caller's. */
export function weightsOf(layer: Layer): ReadonlyMap<string, Weight> {
  const values = layer.getWeights();
  return new Map(
    layer.weights.map((variable, index) => {
      const value = values[index];
      const data = value?.dataSync();
      if (!value || !(data instanceof Float32Array)) throw new Error(`Weight ${variable.name} is not float32.`);
      return [weightName(variable.name), { data, shape: value.shape }];
    }),
  );
}

/** The last part of a weight's name, without the "_1" that tfjs appends when a name is used again in one process. */
export function weightName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/_\d+$/, '');
}
