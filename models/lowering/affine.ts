import { z } from 'zod';
import type { Layer } from '../backend/tensorflow';
import { weightsOf } from './layerWeights';

/** x * scale + offset, a value a channel or one for all. */
export interface Affine {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

const KINDS = ['BatchNormalization', 'Rescaling', 'Normalization'];
const normConfig = z.object({ epsilon: z.number() });
const rescalingConfig = z.object({ scale: z.number(), offset: z.number() });
const normalizationConfig = z.object({
  mean: z.array(z.number()).optional(),
  variance: z.array(z.number()).optional(),
});

/** Whether a layer that does not train comes down to a scale and an offset. */
export function isAffine(layer: Layer): boolean {
  return KINDS.includes(layer.getClassName());
}

/** What layers come down to one after the other, computed in double precision: at inference, or frozen in training. */
export function affineOf(layers: readonly Layer[]): Affine {
  const parts = layers.map(partOf);
  const channels = Math.max(...parts.map(({ scale }) => scale.length));
  const scale = new Float32Array(channels);
  const offset = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let [factor, sum] = [1, 0];
    for (const part of parts) {
      const index = part.scale.length === 1 ? 0 : channel;
      const by = part.scale[index] ?? 1;
      factor *= by;
      sum = sum * by + (part.offset[index] ?? 0);
    }
    scale[channel] = factor;
    offset[channel] = sum;
  }
  return { scale, offset };
}

interface Part {
  readonly scale: ArrayLike<number>;
  readonly offset: ArrayLike<number>;
}

function partOf(layer: Layer): Part {
  const kind = layer.getClassName();
  if (kind === 'Rescaling') {
    const { scale, offset } = rescalingConfig.parse(layer.getConfig());
    return { scale: [scale], offset: [offset] };
  }
  const weights = weightsOf(layer);
  if (kind === 'Normalization') {
    const fixed = normalizationConfig.parse(layer.getConfig());
    const mean = fixed.mean ?? weights.get('mean')?.data;
    const variance = fixed.variance ?? weights.get('variance')?.data;
    // The smallest deviation is Keras' (models/architectures/normalization).
    return standardised(layer, mean, variance, (value) => Math.max(Math.sqrt(value), 1e-7));
  }
  const { epsilon } = normConfig.parse(layer.getConfig());
  const [mean, variance] = [weights.get('moving_mean')?.data, weights.get('moving_variance')?.data];
  const { scale, offset } = standardised(layer, mean, variance, (value) => Math.sqrt(value + epsilon));
  const [gamma, beta] = [weights.get('gamma')?.data, weights.get('beta')?.data];
  return {
    scale: Array.from(scale, (value, index) => value * (gamma?.[index] ?? 1)),
    offset: Array.from(offset, (value, index) => value * (gamma?.[index] ?? 1) + (beta?.[index] ?? 0)),
  };
}

/** (x - mean) / deviation. */
function standardised(
  layer: Layer,
  mean: ArrayLike<number> | undefined,
  variance: ArrayLike<number> | undefined,
  deviation: (variance: number) => number,
): Part {
  if (!mean || !variance) throw new Error(`Layer "${layer.name}" has no mean and variance.`);
  const scale = Array.from(variance, (value) => 1 / deviation(value));
  return { scale, offset: scale.map((value, index) => -(mean[index] ?? 0) * value) };
}
