import {
  describeShape,
  GraphError,
  requireFloat,
  requireRank,
  requireSide,
  type Graph,
  type GraphTensor,
} from '../graph';
import { add, mul, scalar } from './arithmetic';
import { sameShape } from './broadcast';
import { reshape } from './shape';

/**
 * Cross-entropy of each row: -sum(labels * log(softmax(logits))). `logits` and `labels` [n, classes], float32 or float64, labels summing to 1 in a row (they may
 * be soft); gives [n]. No derivative flows to the labels. Throws GraphError if shapes differ.
 */
export function softmaxCrossEntropy(graph: Graph, name: string, logits: GraphTensor, labels: GraphTensor): GraphTensor {
  const dtype = requireFloat(name, logits, labels);
  const [batch = null] = requireRank(name, logits, 2);
  if (!sameShape(logits.shape, labels.shape)) {
    throw new GraphError(
      name,
      `${labels.name} [${describeShape(labels.shape)}] does not fit ${logits.name} [${describeShape(logits.shape)}]`,
    );
  }
  const [loss] = graph.addMultiple({
    kind: 'SoftmaxCrossEntropyWithLogits',
    name,
    inputs: [logits, labels],
    attributes: { T: { type: dtype } },
    outputs: [
      { dtype, shape: [batch] },
      { dtype, shape: logits.shape },
    ],
    gradient: ([upstream], [, derivative]) => [
      upstream && mul(graph, 'logits', derivative, reshape(graph, 'column', upstream, [batch, 1])),
      null,
    ],
  });
  return loss;
}

/** Label smoothing: labels (1 - amount) + amount / classes (Szegedy et al. 2016). `labels` [n, classes]. Throws GraphError unless 0 <= amount < 1. */
export function smoothLabels(graph: Graph, name: string, labels: GraphTensor, amount: number): GraphTensor {
  if (!(amount >= 0 && amount < 1)) throw new GraphError(name, `the amount ${String(amount)} is not between 0 and 1`);
  if (amount === 0) return labels;
  const dtype = requireFloat(name, labels);
  const kept = mul(graph, `${name}/kept`, labels, scalar(graph, `${name}/share`, 1 - amount, dtype));
  const each = amount / requireSide(name, labels, 1);
  return add(graph, name, kept, scalar(graph, `${name}/each`, each, dtype));
}
