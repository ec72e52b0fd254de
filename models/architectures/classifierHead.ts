import type { HeadOptions } from '#shared/domain/recipe';
import { tf, type LayersModel } from '../backend/tensorflow';
import { apply, LayerWriter, type Backbone } from './layerWriter';

interface ClassifierOptions {
  readonly classes: number;
  readonly head: HeadOptions;
  /** Makes the initial weights; null leaves kernels zero, to be filled. */
  readonly seed: number | null;
}

/**
 * A backbone with a classifier on top: global average pooling, dropout, batch norm, dense layers with LeakyReLU (dropout and batch norm between them), then a dense layer to
 * logits float32 [n, classes]. The classifier's layers are named `head_...`. The new model shares the backbone's layers: disposing of it disposes of them.
 */
export function withClassifier(backbone: Backbone, options: ClassifierOptions): LayersModel {
  const { classes, head } = options;
  const write = new LayerWriter(options.seed);
  const [input] = backbone.model.inputs;
  const [top] = backbone.model.outputs;
  if (!input || !top) throw new Error('A backbone has an input and an output.');
  let x = apply(tf.layers.globalAveragePooling2d({ name: 'head_pool' }), top);
  x = apply(tf.layers.dropout({ name: 'head_dropout', rate: head.dropout }), x);
  if (head.batchNorm) x = write.norm(x, 'head_bn');
  head.dense.forEach((units, index) => {
    const name = `head_${String(index + 1)}`;
    x = apply(
      tf.layers.leakyReLU({ name: `${name}_activation`, alpha: head.slope }),
      write.dense(x, `${name}_dense`, units),
    );
    if (index === head.dense.length - 1) return;
    x = apply(tf.layers.dropout({ name: `${name}_dropout`, rate: head.denseDropout }), x);
    if (head.batchNorm) x = write.norm(x, `${name}_bn`);
  });
  x = write.dense(x, 'head_output', classes);
  return tf.model({ inputs: input, outputs: x, name: `${backbone.model.name}-classifier` });
}
