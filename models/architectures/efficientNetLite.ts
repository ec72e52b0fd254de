import { tf } from '../backend/tensorflow';

export type LiteVariant = 'lite0' | 'lite1' | 'lite2';

/** Multipliers of width and depth (Tan & Le 2019, with the fixed stem, head and first and last depth of the Lite variants). */
const SCALES: Readonly<Record<LiteVariant, { width: number; depth: number }>> = {
  lite0: { width: 1, depth: 1 },
  lite1: { width: 1, depth: 1.1 },
  lite2: { width: 1.1, depth: 1.2 },
};

interface Stage {
  readonly kernel: number;
  readonly repeats: number;
  readonly filters: number;
  readonly expansion: number;
  readonly stride: number;
}

/** EfficientNet's stages (Tan & Le 2019, table 1). */
const STAGES: readonly Stage[] = [
  { kernel: 3, repeats: 1, filters: 16, expansion: 1, stride: 1 },
  { kernel: 3, repeats: 2, filters: 24, expansion: 6, stride: 2 },
  { kernel: 5, repeats: 2, filters: 40, expansion: 6, stride: 2 },
  { kernel: 3, repeats: 3, filters: 80, expansion: 6, stride: 2 },
  { kernel: 5, repeats: 3, filters: 112, expansion: 6, stride: 1 },
  { kernel: 5, repeats: 4, filters: 192, expansion: 6, stride: 2 },
  { kernel: 3, repeats: 1, filters: 320, expansion: 6, stride: 1 },
];

/** A declared network, with the names of the layers that end its blocks: where features are tapped. */
export interface Backbone {
  readonly model: ReturnType<typeof tf.model>;
  /** In their order from the input; the last is the top activation. */
  readonly blocks: readonly string[];
}

/**
 * EfficientNet-Lite without its classifier, as tf.layers: pixels float32 [n, size, size, 3], already (rgb - 127) / 128, to [n, h, w, 1280].
 * ReLU6, no squeeze-and-excitation; layer names are those of Keras' EfficientNet. The model is the caller's to dispose.
 */
export function efficientNetLite(variant: LiteVariant, size: number): Backbone {
  const { width, depth } = SCALES[variant];
  const blocks: string[] = [];
  const input = tf.input({ shape: [size, size, 3], name: 'pixels' });
  const convolve = (
    x: typeof input,
    name: string,
    filters: number,
    kernelSize: number,
    strides: number,
  ): typeof input =>
    symbolic(tf.layers.conv2d({ name, filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x));
  const norm = (x: typeof input, name: string): typeof input =>
    symbolic(tf.layers.batchNormalization({ name, epsilon: 1e-3, momentum: 0.99 }).apply(x));
  const activate = (x: typeof input, name: string): typeof input =>
    symbolic(tf.layers.reLU({ name, maxValue: 6 }).apply(x));

  let x = activate(norm(convolve(input, 'stem_conv', 32, 3, 2), 'stem_bn'), 'stem_activation');
  let channels = 32;
  STAGES.forEach(({ kernel, repeats, filters: base, expansion, stride }, stage) => {
    const filters = roundFilters(base * width);
    const fixedDepth = stage === 0 || stage === STAGES.length - 1;
    const count = fixedDepth ? repeats : Math.ceil(repeats * depth);
    for (let index = 0; index < count; index++) {
      const name = `block${String(stage + 1)}${String.fromCharCode(97 + index)}`;
      const strides = index === 0 ? stride : 1;
      const before = x;
      if (expansion !== 1) {
        x = convolve(x, `${name}_expand_conv`, channels * expansion, 1, 1);
        x = activate(norm(x, `${name}_expand_bn`), `${name}_expand_activation`);
      }
      const depthwise = tf.layers.depthwiseConv2d({
        name: `${name}_dwconv`,
        kernelSize: kernel,
        strides,
        padding: 'same',
        useBias: false,
      });
      x = activate(norm(symbolic(depthwise.apply(x)), `${name}_bn`), `${name}_activation`);
      x = norm(convolve(x, `${name}_project_conv`, filters, 1, 1), `${name}_project_bn`);
      const residual = strides === 1 && channels === filters;
      if (residual) x = symbolic(tf.layers.add({ name: `${name}_add` }).apply([before, x]));
      channels = filters;
      blocks.push(residual ? `${name}_add` : `${name}_project_bn`);
    }
  });
  x = activate(norm(convolve(x, 'top_conv', 1280, 1, 1), 'top_bn'), 'top_activation');
  blocks.push('top_activation');
  return { model: tf.model({ inputs: input, outputs: x, name: `efficientnet-${variant}` }), blocks };
}

/** Filters rounded to a multiple of 8, never more than 10 % down (Tan & Le's reference code). */
function roundFilters(filters: number): number {
  const rounded = Math.max(8, Math.floor((filters + 4) / 8) * 8);
  return rounded < 0.9 * filters ? rounded + 8 : rounded;
}

type Symbolic = ReturnType<typeof tf.input>;

/** What a layer gives when it is applied to a symbolic tensor. */
function symbolic(output: unknown): Symbolic {
  if (output instanceof tf.SymbolicTensor) return output;
  throw new Error('A layer applied to a symbolic tensor gave something else.');
}
