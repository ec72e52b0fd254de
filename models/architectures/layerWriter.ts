import { tf, type Layer, type LayersModel } from '../backend/tensorflow';

/** A tensor of a network that is being declared. */
export type Symbolic = ReturnType<typeof tf.input>;

/** A declared network without its classifier. */
export interface Backbone {
  /** The caller's to dispose. */
  readonly model: LayersModel;
  /** Names of the layers that end its blocks, from the input on: where features are tapped. The last is the top. */
  readonly blocks: readonly string[];
  /** The model takes (pixel - centre) * scale of RGB pixels 0..255. */
  readonly input: { readonly centre: number; readonly scale: number };
}

/** What a padded convolution's `padding: 'same'` does at stride 2, as Keras writes it out: a layer of zeros, then no padding. */
type Padding = 'same' | 'zeros-then-valid';

interface ConvolutionOptions {
  readonly kernelSize?: number;
  readonly strides?: number;
  readonly useBias?: boolean;
  readonly activation?: 'swish' | 'sigmoid';
  readonly padding?: Padding;
}

/** Truncation at two standard deviations narrows a normal distribution to this one; Keras' variance scaling makes up for it, tfjs' does not. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/**
 * Declares layers one after the other. Initial values repeat for a seed; with null kernels are zero (quick to make), to be filled with published weights.
 * Convolutions begin as in Tan & Le's code: variance 2 / fan out, truncated normal.
 */
export class LayerWriter {
  readonly #seed: number | null;
  #count = 0;

  constructor(seed: number | null) {
    this.#seed = seed;
  }

  convolution(x: Symbolic, name: string, filters: number, options: ConvolutionOptions = {}): Symbolic {
    const { kernelSize = 1, strides = 1, useBias = false, activation, padding = 'same' } = options;
    const layer = tf.layers.conv2d({
      name,
      filters,
      kernelSize,
      strides,
      padding: padding === 'same' ? 'same' : 'valid',
      useBias,
      kernelInitializer: this.#kernels(),
      ...(activation && { activation }),
    });
    return apply(layer, padding === 'same' ? x : padded(x, name, kernelSize));
  }

  depthwise(x: Symbolic, name: string, kernelSize: number, strides: number, padding: Padding = 'same'): Symbolic {
    const layer = tf.layers.depthwiseConv2d({
      name,
      kernelSize,
      strides,
      padding: padding === 'same' ? 'same' : 'valid',
      useBias: false,
      depthwiseInitializer: this.#kernels(),
    });
    return apply(layer, padding === 'same' ? x : padded(x, name, kernelSize));
  }

  /** A linear dense layer, Glorot uniform. */
  dense(x: Symbolic, name: string, units: number): Symbolic {
    const seed = this.#next();
    const kernelInitializer = seed === null ? 'zeros' : tf.initializers.glorotUniform({ seed });
    return apply(tf.layers.dense({ name, units, kernelInitializer }), x);
  }

  /** Batch norm with Keras' numbers: momentum 0.99, epsilon 1e-3. */
  norm(x: Symbolic, name: string): Symbolic {
    return apply(tf.layers.batchNormalization({ name }), x);
  }

  #kernels(): NonNullable<Parameters<typeof tf.layers.conv2d>[0]['kernelInitializer']> {
    const seed = this.#next();
    if (seed === null) return 'zeros';
    return tf.initializers.varianceScaling({
      scale: 2 / TRUNCATED_DEVIATION ** 2,
      mode: 'fanOut',
      distribution: 'normal',
      seed,
    });
  }

  /** A seed of its own for every layer. */
  #next(): number | null {
    return this.#seed === null ? null : this.#seed * 10_000 + this.#count++;
  }
}

/** What a layer gives for a symbolic input. */
export function apply(layer: Layer, x: Symbolic | Symbolic[]): Symbolic {
  const output = layer.apply(x);
  if (output instanceof tf.SymbolicTensor) return output;
  throw new Error(`Layer "${layer.name}" gave something else than one symbolic tensor.`);
}

/** Zeros around an image so that a convolution of stride 2 without padding gives what TensorFlow's SAME gives (Keras' `correct_pad`). */
function padded(x: Symbolic, name: string, kernelSize: number): Symbolic {
  const half = Math.floor(kernelSize / 2);
  const sides = [x.shape[1], x.shape[2]].map((side): [number, number] => {
    if (typeof side !== 'number') throw new Error(`The size of ${name}'s input must be known.`);
    return [half - (1 - (side % 2)), half];
  });
  const [rows = [half, half], columns = [half, half]] = sides;
  return apply(tf.layers.zeroPadding2d({ name: `${name}_pad`, padding: [rows, columns] }), x);
}
