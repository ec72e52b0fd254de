import { tf } from '../backend/tensorflow';
import { apply, LayerWriter, type Backbone, type Symbolic } from './layerWriter';
import { isResidual, mobileBlocks } from './mobileBlocks';

export type LiteVariant = 'lite0' | 'lite1' | 'lite2';

/** Multipliers of width and depth (Tan & Le 2019, with the fixed stem, head and first and last depth of the Lite variants). */
const SCALES: Readonly<Record<LiteVariant, { width: number; depth: number }>> = {
  lite0: { width: 1, depth: 1 },
  lite1: { width: 1, depth: 1.1 },
  lite2: { width: 1.1, depth: 1.2 },
};

/**
 * EfficientNet-Lite without its classifier, as tf.layers: pixels float32 [n, size, size, 3], already (rgb - 127) / 128, to [n, h, w, 1280].
 * ReLU6, no squeeze-and-excitation; layer names are those of Keras' EfficientNet. `seed` makes the initial weights; null leaves them zero, to be filled.
 */
export function efficientNetLite(variant: LiteVariant, size: number, seed: number | null = null): Backbone {
  const write = new LayerWriter(seed);
  const blocks: string[] = [];
  const activate = (x: Symbolic, name: string): Symbolic => apply(tf.layers.reLU({ maxValue: 6, name }), x);

  const input = tf.input({ shape: [size, size, 3], name: 'pixels' });
  let x = write.convolution(input, 'stem_conv', 32, { kernelSize: 3, strides: 2 });
  x = activate(write.norm(x, 'stem_bn'), 'stem_activation');
  for (const block of mobileBlocks(SCALES[variant], 32, true)) {
    const { name } = block;
    const before = x;
    if (block.expansion !== 1) {
      x = write.convolution(x, `${name}_expand_conv`, block.inputs * block.expansion);
      x = activate(write.norm(x, `${name}_expand_bn`), `${name}_expand_activation`);
    }
    x = write.depthwise(x, `${name}_dwconv`, block.kernel, block.stride);
    x = activate(write.norm(x, `${name}_bn`), `${name}_activation`);
    x = write.norm(write.convolution(x, `${name}_project_conv`, block.filters), `${name}_project_bn`);
    if (isResidual(block)) x = apply(tf.layers.add({ name: `${name}_add` }), [before, x]);
    blocks.push(isResidual(block) ? `${name}_add` : `${name}_project_bn`);
  }
  x = activate(write.norm(write.convolution(x, 'top_conv', 1280), 'top_bn'), 'top_activation');
  blocks.push('top_activation');
  return {
    model: tf.model({ inputs: input, outputs: x, name: `efficientnet-${variant}` }),
    blocks,
    input: { centre: 127, scale: 1 / 128 },
  };
}
