import fc from 'fast-check';
import { describe, it } from 'vitest';
import { tf } from '#models/backend/tensorflow';
import type { Graph, GraphTensor } from '#models/graph/graph';
import { elu, leakyRelu, relu, relu6, sigmoid, softmax, swish } from '#models/graph/operations/activation';
import {
  add,
  addAll,
  div,
  maximum,
  minimum,
  mul,
  negative,
  sqrt,
  square,
  sub,
} from '#models/graph/operations/arithmetic';
import { biasAdd } from '#models/graph/operations/convolution';
import { smoothLabels, softmaxCrossEntropy } from '#models/graph/operations/crossEntropy';
import { matMul } from '#models/graph/operations/matMul';
import { joinBatches, splitBatch } from '#models/graph/operations/portions';
import { halfSquares, mean, spatialMean, sum } from '#models/graph/operations/reduction';
import { concat, pad, reshape, reverse } from '#models/graph/operations/shape';
import { expectGradients, given, on } from '../support/gradients';
import { eager, values, type Value } from '../support/graphs';

type Tensor = ReturnType<typeof tf.tensor>;

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
          // The derivatives of tf.maximum and tf.minimum themselves do not broadcast.
          [maximum, (a: Tensor, b: Tensor) => tf.add(b, tf.relu(tf.sub(a, b)))],
          [minimum, (a: Tensor, b: Tensor) => tf.sub(b, tf.relu(tf.sub(b, a)))],
        ];
        for (const [operation, peer] of cases) {
          expectGradients(inputs, on(operation), (a: Tensor, b = a) => peer(a, b));
        }
      }),
      { numRuns: 25 },
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
            [x, swish, (a) => tf.mul(a, tf.sigmoid(a))],
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
        expectGradients(
          [image],
          (graph, [a]) => halfSquares(graph, 'op', given(a)),
          (a) => tf.mul(tf.sum(tf.square(a)), 0.5),
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
          [image],
          (graph, [a]) => reverse(graph, 'op', given(a), [1, 2]),
          (a) => tf.reverse(a, [1, 2]),
        );
        expectGradients(
          [left, values(s + 4, [3, c])],
          (graph, inputs) => joinBatches(graph, 'op', inputs),
          (a, b = a) => tf.concat([a, b], 0),
        );
        expectGradients(
          [values(s + 4, [6, c])],
          (graph, [a]) => {
            const [first, , third] = splitBatch(graph, 'op', given(a), 3);
            return add(graph, 'used', given(first), square(graph, 'squared', given(third)));
          },
          (a) => tf.add(a.slice([0, 0], [2, c]), tf.square(a.slice([4, 0], [2, c]))),
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

  it('cross-entropy with soft and smoothed labels', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 9 }), (s, rows, classes) => {
        const soft = eager([values(s + 1, [rows, classes])], (a) => tf.softmax(a));
        if (!(soft instanceof Float32Array)) throw new Error('float32');
        const smooth = soft.map((each) => each * 0.9 + 0.1 / classes);
        expectGradients(
          [values(s, [rows, classes])],
          (graph, [logits]) => {
            const labels = graph.constant('labels', soft, [rows, classes]);
            return softmaxCrossEntropy(graph, 'op', given(logits), smoothLabels(graph, 'smooth', labels, 0.1));
          },
          (logits) => tf.neg(tf.sum(tf.mul(tf.tensor(smooth, [rows, classes]), tf.logSoftmax(logits)), 1)),
        );
      }),
      few,
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
