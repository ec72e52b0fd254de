import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '#models/backend/tensorflow';
import { gradients } from '#models/graph/gradients';
import { Graph, type GraphTensor } from '#models/graph/graph';
import { elu, leakyRelu, relu, relu6, sigmoid, softmax } from '#models/graph/operations/activation';
import { add, addAll, div, maximum, mul, negative, sqrt, square, sub } from '#models/graph/operations/arithmetic';
import { biasAdd, conv2d, depthwiseConv2d } from '#models/graph/operations/convolution';
import { matMul } from '#models/graph/operations/matMul';
import { mean, spatialMean, sum } from '#models/graph/operations/reduction';
import { concat, pad, reshape } from '#models/graph/operations/shape';
import { expectClose, runTensors, values, type Value } from '../support/graphs';

type Tensor = ReturnType<typeof tf.tensor>;

/** The derivatives of sum(weights * operation(inputs)) by the graph equal those of tf.grads. */
function expectGradients(
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

function given(input: GraphTensor | undefined): GraphTensor {
  if (!input) throw new Error('an operation has inputs');
  return input;
}

/** An operation of two inputs with its options. */
function on<Options extends unknown[]>(
  operation: (graph: Graph, name: string, a: GraphTensor, b: GraphTensor, ...options: Options) => GraphTensor,
  ...options: Options
): (graph: Graph, inputs: readonly GraphTensor[]) => GraphTensor {
  return (graph, [a, b]) => operation(graph, 'op', given(a), given(b), ...options);
}

const seed = fc.nat(1e6);
const side = fc.integer({ min: 3, max: 7 });
const channels = fc.integer({ min: 1, max: 4 });
const few = { numRuns: 12 };

/** A value with a sign but not near 0, where the derivative of a division or a root is too steep to compare. */
function awayFromZero(value: Value): Value {
  return { ...value, data: value.data.map((each) => (each < 0 ? each - 0.5 : each + 0.5)) };
}

describe('the derivative of every operation is that of tf.grad', () => {
  it('arithmetic, at every way in which shapes broadcast', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
    const pair = shape.chain((full) =>
      fc.tuple(
        fc.constant(full),
        fc.nat(full.length),
        fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }),
      ),
    );
    fc.assert(
      fc.property(seed, pair, fc.boolean(), (s, [full, dropped, ones], swapped) => {
        const large = awayFromZero(values(s, full));
        const small = awayFromZero(values(s + 1, full.map((length, axis) => (ones[axis] ? 1 : length)).slice(dropped)));
        const inputs = swapped ? [small, large] : [large, small];
        const cases: [
          (g: Graph, n: string, l: GraphTensor, r: GraphTensor) => GraphTensor,
          (a: Tensor, b: Tensor) => Tensor,
        ][] = [
          [add, tf.add],
          [sub, tf.sub],
          [mul, tf.mul],
          [div, tf.div],
          // tf.maximum's own derivative does not broadcast.
          [maximum, (a: Tensor, b: Tensor) => tf.add(b, tf.relu(tf.sub(a, b)))],
        ];
        for (const [operation, peer] of cases) {
          expectGradients(inputs, on(operation), (a: Tensor, b = a) => peer(a, b));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('convolutions of any size, stride and padding', () => {
    const kernels = fc.constantFrom(1, 2, 3);
    const strides = fc.constantFrom<(1 | 2)[]>(1, 2);
    const paddings = fc.constantFrom<('SAME' | 'VALID')[]>('SAME', 'VALID');
    fc.assert(
      fc.property(seed, side, side, channels, kernels, strides, paddings, (s, h, w, c, kernel, stride, padding) => {
        const x = values(s, [2, h, w, c]);
        const pad = padding === 'SAME' ? 'same' : 'valid';
        expectGradients([x, values(s + 1, [kernel, kernel, c, 3])], on(conv2d, { stride, padding }), (a, b = a) =>
          tf.conv2d(a.as4D(2, h, w, c), b.as4D(kernel, kernel, c, 3), stride, pad),
        );
        expectGradients(
          [x, values(s + 2, [kernel, kernel, c, 2])],
          on(depthwiseConv2d, { stride, padding }),
          (a, b = a) => tf.depthwiseConv2d(a.as4D(2, h, w, c), b.as4D(kernel, kernel, c, 2), stride, pad),
        );
      }),
      few,
    );
  });

  it('activations and functions of one value', () => {
    fc.assert(
      fc.property(seed, side, channels, (s, h, c) => {
        const x = values(s, [h, c]);
        const positive = { ...x, data: x.data.map((each) => Math.abs(each) + 0.5) };
        const cases: [Value, (graph: Graph, name: string, input: GraphTensor) => GraphTensor, (a: Tensor) => Tensor][] =
          [
            [x, relu, (a) => tf.relu(a)],
            [{ ...x, data: x.data.map((each) => each * 3) }, relu6, (a) => tf.relu6(a)],
            [x, (graph, name, a) => leakyRelu(graph, name, a, 0.3), (a) => tf.leakyRelu(a, 0.3)],
            [x, elu, (a) => tf.elu(a)],
            [x, sigmoid, (a) => tf.sigmoid(a)],
            [x, softmax, (a) => tf.softmax(a)],
            [x, negative, (a) => tf.neg(a)],
            [x, square, (a) => tf.square(a)],
            [positive, sqrt, (a) => tf.sqrt(a)],
          ];
        for (const [input, operation, peer] of cases) {
          expectGradients([input], (graph, [a]) => operation(graph, 'op', given(a)), peer);
        }
      }),
      few,
    );
  });

  it('sums, means, products, shapes and joins', () => {
    fc.assert(
      fc.property(seed, side, channels, (s, h, c) => {
        const image = values(s, [2, h, h + 1, c]);
        const left = values(s + 1, [3, c]);
        const right = values(s + 2, [c, 4]);
        for (const axes of [[0], [1, 2], [3], [0, 3], [0, 1, 2, 3]]) {
          for (const keep of [false, true]) {
            expectGradients(
              [image],
              (graph, [a]) => sum(graph, 'op', given(a), axes, keep),
              (a) => tf.sum(a, axes, keep),
            );
            expectGradients(
              [image],
              (graph, [a]) => mean(graph, 'op', given(a), axes, keep),
              (a) => tf.mean(a, axes, keep),
            );
          }
        }
        expectGradients(
          [image],
          (graph, [a]) => spatialMean(graph, 'op', given(a)),
          (a) => tf.mean(a, [1, 2]),
        );
        expectGradients([image, values(s + 3, [c])], on(biasAdd), (a, b = a) => tf.add(a, b));
        for (const a of [false, true]) {
          for (const b of [false, true]) {
            expectGradients(
              [a ? values(s + 1, [c, 3]) : left, b ? values(s + 2, [4, c]) : right],
              on(matMul, { left: a, right: b }),
              (first, second = first) => tf.matMul(first, second, a, b),
            );
          }
        }
        expectGradients(
          [image],
          (graph, [a]) => reshape(graph, 'op', given(a), [2 * h, (h + 1) * c]),
          (a) => tf.reshape(a, [2 * h, (h + 1) * c]),
        );
        expectGradients(
          [left, values(s + 4, [3, 2])],
          (graph, inputs) => concat(graph, 'op', inputs),
          (a, b = a) => tf.concat([a, b], 1),
        );
        expectGradients(
          [left, values(s + 4, [2, c])],
          (graph, inputs) => concat(graph, 'op', inputs, 0),
          (a, b = a) => tf.concat([a, b], 0),
        );
        expectGradients(
          [left],
          (graph, [a]) => addAll(graph, 'op', [given(a), square(graph, 'squared', given(a)), given(a)]),
          (a) => tf.addN([a, tf.square(a), a]),
        );
        expectGradients(
          [left],
          (graph, [a]) =>
            pad(graph, 'op', given(a), [
              [0, 2],
              [1, 0],
            ]),
          (a) =>
            tf.pad(a, [
              [0, 2],
              [1, 0],
            ]),
        );
      }),
      { numRuns: 4 },
    );
  });

  it('a tensor that is used more than once has the sum of its derivatives', () => {
    const x = values(5, [2, 4, 4, 3]);
    expectGradients(
      [x],
      (graph, [a]) => {
        const gate = sigmoid(graph, 'gate', spatialMean(graph, 'pooled', given(a), true));
        return add(graph, 'sum', mul(graph, 'gated', given(a), gate), given(a));
      },
      (a) => tf.add(tf.mul(a, tf.sigmoid(tf.mean(a, [1, 2], true))), a),
    );
  });
});

describe('a loss that cannot be differentiated is refused, by the name of the node', () => {
  const build = (): { graph: Graph; input: GraphTensor; other: GraphTensor; loss: GraphTensor } => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [null, 2]);
    const other = graph.placeholder('other', 'float32', [null, 2]);
    return { graph, input, other, loss: sum(graph, 'loss', input, [0, 1]) };
  };

  it('no scalar', () => {
    const { graph, input } = build();
    expect(() => gradients(graph, input, [input])).toThrow('Node "input": only a scalar can be differentiated');
  });

  it('a target that it does not depend on', () => {
    const { graph, other, loss } = build();
    expect(() => gradients(graph, loss, [other])).toThrow('Node "other": loss does not depend on it');
  });

  it('an operation without a gradient', () => {
    const { graph, input } = build();
    const waiting = graph.after('waiting', [], sum(graph, 'total', input, [0, 1]));
    expect(() => gradients(graph, waiting, [input])).toThrow('Node "waiting": Identity has no gradient');
  });
});
