import { tf, type Layer } from '../backend/tensorflow';

type Shape = Parameters<Layer['build']>[0];
type Tensors = Parameters<Layer['call']>[0];

interface NormalizationOptions {
  readonly name: string;
  /** Per channel, fixed; without them the layer has the weights `mean` and `variance`, which begin as 0 and 1. */
  readonly mean?: number[];
  readonly variance?: number[];
}

/** Below this a standard deviation counts as this (Keras' epsilon). */
const SMALLEST_DEVIATION = 1e-7;

/** Keras' `Normalization`, which tfjs lacks: (x - mean) / sqrt(variance) over the last dimension, float32. Does not train. */
export class Normalization extends tf.layers.Layer {
  static readonly className = 'Normalization';
  readonly #fixed: { mean: number[]; variance: number[] } | null;

  constructor(options: NormalizationOptions) {
    super({ name: options.name, trainable: false });
    const { mean, variance } = options;
    this.#fixed = mean && variance ? { mean, variance } : null;
  }

  override build(shape: Shape): void {
    const channels = (Array.isArray(shape[0]) ? shape[0] : shape).at(-1);
    if (!this.#fixed && typeof channels === 'number') {
      this.addWeight('mean', [channels], 'float32', tf.initializers.zeros(), undefined, false);
      this.addWeight('variance', [channels], 'float32', tf.initializers.ones(), undefined, false);
    }
    super.build(shape);
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }

  override call(inputs: Tensors): ReturnType<Layer['call']> {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      const [mean, variance] = this.#fixed
        ? [tf.tensor1d(this.#fixed.mean), tf.tensor1d(this.#fixed.variance)]
        : this.getWeights();
      if (!input || !mean || !variance) throw new Error(`Layer "${this.name}" takes one tensor.`);
      return tf.div(tf.sub(input, mean), tf.maximum(tf.sqrt(variance), SMALLEST_DEVIATION));
    });
  }

  override getConfig(): ReturnType<Layer['getConfig']> {
    return { ...super.getConfig(), ...this.#fixed };
  }
}

// So that a saved network which holds the layer can be opened again.
tf.serialization.registerClass(Normalization);
