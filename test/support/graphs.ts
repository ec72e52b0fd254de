import { expect } from 'vitest';
import { tf, type TensorData } from '#models/backend/tensorflow';
import { Graph, type GraphTensor } from '#models/graph/graph';
import { Session } from '#models/graph/session';

export interface Value {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Values that repeat for a seed, in [-4, 4). */
export function values(seed: number, shape: readonly number[]): Value {
  let state = (seed >>> 0) + 1;
  const data = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 29 - 4;
  });
  return { shape, data };
}

/** Runs the tensors that `build` gives in a graph of its own, fed with `inputs`. */
export function runTensors(
  inputs: readonly Value[],
  build: (graph: Graph, inputs: readonly GraphTensor[]) => readonly GraphTensor[],
): TensorData[] {
  const graph = new Graph();
  const tensors = inputs.map(({ shape }, index) => graph.placeholder(`in${String(index)}`, 'float32', shape));
  const outputs = build(graph, tensors);
  const session = Session.open(graph);
  try {
    const feeds = tensors.flatMap((tensor, index) => {
      const value = inputs[index];
      return value ? [{ tensor, ...value }] : [];
    });
    const results = session.run(feeds, outputs);
    for (const [index, output] of outputs.entries()) {
      const size = output.shape.reduce<number>((product, side) => product * (side ?? 0), 1);
      const length = results[index]?.length;
      if (length !== size)
        throw new Error(`static shape says ${String(size)} values, TensorFlow gave ${String(length)}`);
    }
    return results;
  } finally {
    session.close();
  }
}

/** Runs one operation of one or two inputs as a graph of its own. */
export function runGraph(
  inputs: readonly Value[],
  build: (graph: Graph, a: GraphTensor, b: GraphTensor) => GraphTensor,
): TensorData {
  const [result] = runTensors(inputs, (graph, [a, b = a]) => {
    if (!a || !b) throw new Error('an operation has inputs');
    return [build(graph, a, b)];
  });
  if (!result) throw new Error('an operation has an output');
  return result;
}

type Tensor = ReturnType<typeof tf.tensor>;

/** The same by tfjs, operation by operation. */
export function eager(inputs: readonly Value[], compute: (a: Tensor, b: Tensor) => Tensor): TensorData {
  return tf.tidy(() => {
    const [a, b = a] = inputs.map(({ shape, data }) => tf.tensor(data, [...shape]));
    if (!a || !b) throw new Error('an operation has inputs');
    return compute(a, b).dataSync();
  });
}

/** Equal to `digits` decimals. */
export function expectClose(left: TensorData, right: TensorData, digits = 3): void {
  expect(left).toHaveLength(right.length);
  for (let index = 0; index < left.length; index++) expect(left[index]).toBeCloseTo(right[index] ?? NaN, digits);
}
