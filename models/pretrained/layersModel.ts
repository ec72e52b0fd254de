import type { LayersModel } from '../backend/tensorflow';
import type { Weights } from './weightsFile';

/** The bytes of a model.json as tf.loadLayersModel reads it: the layers, and where their weights lie in the weights.bin beside it. */
export function layersModelJson(model: LayersModel, weights: Weights): Uint8Array {
  const content = {
    format: 'layers-model',
    generatedBy: 'Smearscope',
    convertedBy: null,
    modelTopology: model.toJSON(null, false),
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [...weights].map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  return new TextEncoder().encode(`${JSON.stringify(content)}\n`);
}
