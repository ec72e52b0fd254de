import { tf } from '../backend/tensorflow';
import { apply, LayerWriter, type Backbone, type Symbolic } from './layerWriter';

export type SmallCnnVariant = 'plain' | 'residual';

/** Channels of the stages; each stage halves the side. */
const STAGES = [32, 64, 128, 256];

/**
 * A small convolutional network to be trained from scratch, without its classifier: RGB pixels float32 [n, size, size, 3], 0..255, to [n, size / 16, size / 16, 256].
 * Two 3 x 3 convolutions with batch norm and ReLU a stage, then max pooling (after VGG, Simonyan & Zisserman 2015); `residual` adds a path around them (He et al. 2016).
 * `seed` makes the initial weights; null leaves them zero, to be filled.
 */
export function smallCnn(variant: SmallCnnVariant, size: number, seed: number | null): Backbone {
  const write = new LayerWriter(seed);
  const blocks: string[] = [];
  const input = tf.input({ shape: [size, size, 3], name: 'pixels' });
  let x = apply(tf.layers.rescaling({ name: 'rescaling', scale: 1 / 127.5, offset: -1 }), input);
  STAGES.forEach((filters, index) => {
    const name = `block${String(index + 1)}a`;
    const before = x;
    x = relu(normed(write, x, `${name}_1`, filters, 3), `${name}_1_activation`);
    x = normed(write, x, `${name}_2`, filters, 3);
    if (variant === 'residual') {
      x = apply(tf.layers.add({ name: `${name}_add` }), [x, normed(write, before, `${name}_shortcut`, filters, 1)]);
    }
    x = relu(x, `${name}_2_activation`);
    x = apply(tf.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 2, strides: 2, padding: 'valid' }), x);
    blocks.push(`${name}_pool`);
  });
  return {
    model: tf.model({ inputs: input, outputs: x, name: `small-${variant}` }),
    blocks,
    input: { centre: 0, scale: 1 },
  };
}

function normed(write: LayerWriter, x: Symbolic, name: string, filters: number, kernelSize: number): Symbolic {
  return write.norm(write.convolution(x, `${name}_conv`, filters, { kernelSize }), `${name}_bn`);
}

function relu(x: Symbolic, name: string): Symbolic {
  return apply(tf.layers.reLU({ name }), x);
}
