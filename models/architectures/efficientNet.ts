import { tf } from '../backend/tensorflow';
import { apply, LayerWriter, type Backbone, type Symbolic } from './layerWriter';
import { isResidual, mobileBlocks, roundFilters, type MobileBlock } from './mobileBlocks';
import { Normalization } from './normalization';

export type EfficientNetVariant = 'b0' | 'b1' | 'b2';

/** Multipliers of width and depth (Tan & Le 2019, as in Keras' applications). */
const SCALES: Readonly<Record<EfficientNetVariant, { width: number; depth: number }>> = {
  b0: { width: 1, depth: 1 },
  b1: { width: 1, depth: 1.1 },
  b2: { width: 1.1, depth: 1.2 },
};

const SQUEEZE = 0.25;
/** Share of samples that skip the last block in training; it grows from 0 at the first (stochastic depth, Huang et al. 2016). */
const DROP_CONNECT = 0.2;
const IMAGENET_DEVIATION = [0.229, 0.224, 0.225];

interface EfficientNetOptions {
  /** `imagenet` adds the rescaling that Keras puts before its published weights, which hold standard deviations where variances belong (TensorFlow issue 49930). */
  readonly weights: 'imagenet' | 'own';
  /** Makes the initial weights; null leaves kernels zero, to be filled. */
  readonly seed?: number | null;
  readonly dropConnect?: number;
}

/**
 * Keras' EfficientNet B0, B1 or B2 without its classifier, as tf.layers, layer for layer and by Keras' names: RGB pixels float32 [n, size, size, 3], 0..255, to [n, h, w, 1280]
 * ([n, h, w, 1408] for B2). Keras' legacy `.h5` weights fit by layer name.
 */
export function efficientNet(variant: EfficientNetVariant, size: number, options: EfficientNetOptions): Backbone {
  const { weights, seed = null, dropConnect = DROP_CONNECT } = options;
  const scale = SCALES[variant];
  const write = new LayerWriter(seed);
  const taps: string[] = [];

  const input = tf.input({ shape: [size, size, 3], name: 'pixels' });
  let x = apply(tf.layers.rescaling({ name: 'rescaling', scale: 1 / 255 }), input);
  x = apply(new Normalization({ name: 'normalization' }), x);
  if (weights === 'imagenet') {
    x = apply(new Normalization({ name: 'rescaling_1', mean: [0, 0, 0], variance: IMAGENET_DEVIATION }), x);
  }
  const stem = roundFilters(32 * scale.width);
  x = write.convolution(x, 'stem_conv', stem, { kernelSize: 3, strides: 2, padding: 'zeros-then-valid' });
  x = swish(write.norm(x, 'stem_bn'), 'stem_activation');
  const blocks = mobileBlocks(scale, stem, false);
  blocks.forEach((block, index) => {
    x = mobileBlock(write, x, block, (dropConnect * index) / blocks.length);
    taps.push(isResidual(block) ? `${block.name}_add` : `${block.name}_project_bn`);
  });
  x = write.convolution(x, 'top_conv', roundFilters(1280 * scale.width));
  x = swish(write.norm(x, 'top_bn'), 'top_activation');
  taps.push('top_activation');
  return {
    model: tf.model({ inputs: input, outputs: x, name: `efficientnet-${variant}` }),
    blocks: taps,
    input: { centre: 0, scale: 1 },
  };
}

/** Expand, convolve by channel, squeeze and excite, project; with the input added where shapes agree, in training to a random part of the samples. */
function mobileBlock(write: LayerWriter, before: Symbolic, block: MobileBlock, dropRate: number): Symbolic {
  const { name } = block;
  const filters = block.inputs * block.expansion;
  let x = before;
  if (block.expansion !== 1) {
    x = write.convolution(x, `${name}_expand_conv`, filters);
    x = swish(write.norm(x, `${name}_expand_bn`), `${name}_expand_activation`);
  }
  const padding = block.stride === 2 ? 'zeros-then-valid' : 'same';
  x = write.depthwise(x, `${name}_dwconv`, block.kernel, block.stride, padding);
  x = swish(write.norm(x, `${name}_bn`), `${name}_activation`);

  const squeezed = Math.max(1, Math.floor(block.inputs * SQUEEZE));
  let gate = apply(tf.layers.globalAveragePooling2d({ name: `${name}_se_squeeze` }), x);
  gate = apply(tf.layers.reshape({ name: `${name}_se_reshape`, targetShape: [1, 1, filters] }), gate);
  gate = write.convolution(gate, `${name}_se_reduce`, squeezed, { useBias: true, activation: 'swish' });
  gate = write.convolution(gate, `${name}_se_expand`, filters, { useBias: true, activation: 'sigmoid' });
  x = apply(tf.layers.multiply({ name: `${name}_se_excite` }), [x, gate]);

  x = write.norm(write.convolution(x, `${name}_project_conv`, block.filters), `${name}_project_bn`);
  if (!isResidual(block)) return x;
  if (dropRate > 0) {
    // The hole at the batch's place stands for "as many as there are": one draw a sample.
    const noiseShape = new Array<number>(4).fill(1, 1);
    x = apply(tf.layers.dropout({ name: `${name}_drop`, rate: dropRate, noiseShape }), x);
  }
  return apply(tf.layers.add({ name: `${name}_add` }), [x, before]);
}

function swish(x: Symbolic, name: string): Symbolic {
  return apply(tf.layers.activation({ name, activation: 'swish' }), x);
}
