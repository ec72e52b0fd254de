import { GraphError, requireFloat, requireRank, type Graph, type GraphTensor } from '../graph';
import { add, gradientOf, mul, sub, unary } from './arithmetic';
import { reduce } from './broadcast';

/** max(x, 0). float32 or float64. */
export function relu(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Relu', name, input, (upstream, output) => [gradientOf(graph, 'ReluGrad', [upstream, output])]);
}

/** min(max(x, 0), 6). float32 or float64. */
export function relu6(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Relu6', name, input, (upstream, output) => [gradientOf(graph, 'Relu6Grad', [upstream, output])]);
}

/** x where it is positive, `slope` * x elsewhere. float32 or float64. Throws GraphError if the slope is negative. */
export function leakyRelu(graph: Graph, name: string, input: GraphTensor, slope: number): GraphTensor {
  if (slope < 0) throw new GraphError(name, `the slope ${String(slope)} is negative`);
  const dtype = requireFloat(name, input);
  return graph.add({
    kind: 'LeakyRelu',
    name,
    inputs: [input],
    attributes: { T: { type: dtype }, alpha: { float: slope } },
    output: { dtype, shape: input.shape },
    // The output has the sign of the input, which then need not be kept.
    gradient: (upstream, output) => [
      gradientOf(graph, 'LeakyReluGrad', [upstream, output], { alpha: { float: slope } }),
    ],
  });
}

/** x where it is positive, exp(x) - 1 elsewhere. float32 or float64. */
export function elu(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Elu', name, input, (upstream, output) => [gradientOf(graph, 'EluGrad', [upstream, output])]);
}

/** 1 / (1 + exp(-x)). float32 or float64. */
export function sigmoid(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Sigmoid', name, input, (upstream, output) => [
    gradientOf(graph, 'SigmoidGrad', [output, upstream]),
  ]);
}

/**
 * x * sigmoid(x) (Ramachandran, Zoph and Le 2017). float32 or float64. One unit: its derivative s + x s (1 - s) is made of the sigmoid that the forward pass
 * made, in three passes over the values instead of the five of a derivative taken node by node.
 */
export function swish(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  const dtype = requireFloat(name, input);
  const gate = sigmoid(graph, `${name}/sigmoid`, input);
  return graph.add({
    kind: 'Mul',
    name,
    inputs: [input, gate],
    attributes: { T: { type: dtype } },
    output: { dtype, shape: input.shape },
    gradient: (upstream) => {
      const slope = add(graph, 'slope', gate, gradientOf(graph, 'SigmoidGrad', [gate, input]));
      return [mul(graph, 'output', upstream, slope), null];
    },
  });
}

/** Probabilities over the last dimension. `logits` float32 or float64 [n, classes]. */
export function softmax(graph: Graph, name: string, logits: GraphTensor): GraphTensor {
  requireRank(name, logits, 2);
  return unary(graph, 'Softmax', name, logits, (upstream, output) => {
    const share = reduce(graph, 'Sum', 'share', mul(graph, 'product', upstream, output), [1], true);
    return [mul(graph, 'input', sub(graph, 'centred', upstream, share), output)];
  });
}
