import { tf } from '#models/backend/tensorflow';
import { gradients } from '#models/graph/gradients';
import type { Graph, GraphTensor } from '#models/graph/graph';
import { mul } from '#models/graph/operations/arithmetic';
import { sum } from '#models/graph/operations/reduction';
import { expectClose, runTensors, values, type Value } from './graphs';

type Tensor = ReturnType<typeof tf.tensor>;

/** The derivatives of sum(weights * operation(inputs)) by the graph equal those of tf.grads. */
export function expectGradients(
  inputs: readonly Value[],
  build: (graph: Graph, inputs: readonly GraphTensor[]) => GraphTensor,
  compute: (...inputs: Tensor[]) => Tensor,
): void {
  const shape = tf.tidy(() => compute(...inputs.map((value) => tf.tensor(value.data, [...value.shape]))).shape);
  const weights = values(99, shape);
  const actual = runTensors([...inputs, weights], (graph, tensors) => {
    const operands = tensors.slice(0, inputs.length);
    const factor = tensors.at(-1);
    if (!factor) throw new Error('there are weights');
    const output = mul(graph, 'weighted', build(graph, operands), factor);
    return gradients(graph, sum(graph, 'loss', output, [...shape.keys()]), operands);
  });
  tf.tidy(() => {
    const loss = (...tensors: Tensor[]): Tensor => tf.sum(tf.mul(compute(...tensors), tf.tensor(weights.data, shape)));
    const expected = tf.grads(loss)(inputs.map((value) => tf.tensor(value.data, [...value.shape])));
    for (const [index, each] of expected.entries()) {
      const result = actual[index];
      if (!result) throw new Error('a derivative is missing');
      expectClose(result, each.dataSync(), 2);
    }
  });
}

/** An input that an operation must have. */
export function given(input: GraphTensor | undefined): GraphTensor {
  if (!input) throw new Error('an operation has inputs');
  return input;
}

/** An operation of two inputs with its options. */
export function on<Options extends unknown[]>(
  operation: (graph: Graph, name: string, a: GraphTensor, b: GraphTensor, ...options: Options) => GraphTensor,
  ...options: Options
): (graph: Graph, inputs: readonly GraphTensor[]) => GraphTensor {
  return (graph, [a, b]) => operation(graph, 'op', given(a), given(b), ...options);
}
