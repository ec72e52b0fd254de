import type { LayersModel } from '../backend/tensorflow';
import type { WeightPrecision } from '#shared/domain/recipe';
import { storedWeight, type Weights } from '../files/weightsFile';

/** The bytes of a model.json as tf.loadLayersModel reads it: the layers, and where their weights lie in the weights.bin beside it, stored in this precision. */
export function layersModelJson(model: LayersModel, weights: Weights, precision: WeightPrecision): Uint8Array {
  const content = {
    format: 'layers-model',
    generatedBy: 'Smearscope',
    convertedBy: null,
    modelTopology: model.toJSON(null, false),
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [...weights].map(([name, weight]) => {
          const { dtype } = storedWeight(weight, precision);
          const { shape } = weight;
          return { name, shape, dtype: 'float32', ...(dtype !== 'float32' && { quantization: { dtype } }) };
        }),
      },
    ],
  };
  return new TextEncoder().encode(`${JSON.stringify(content)}\n`);
}
