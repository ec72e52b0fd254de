import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf, type TensorData } from '#models/backend/tensorflow';
import { gradients } from '#models/graph/gradients';
import { Graph, type GraphTensor } from '#models/graph/graph';
import { elu, leakyRelu, relu, relu6, sigmoid, softmax, swish } from '#models/graph/operations/activation';
import {
  add,
  addAll,
  div,
  maximum,
  minimum,
  mul,
  negative,
  scalar,
  sqrt,
  square,
  sub,
} from '#models/graph/operations/arithmetic';
import { batchNorm, frozenBatchNorm } from '#models/graph/operations/batchNorm';
import { biasAdd, conv2d, depthwiseConv2d } from '#models/graph/operations/convolution';
import { smoothLabels, softmaxCrossEntropy } from '#models/graph/operations/crossEntropy';
import { matMul } from '#models/graph/operations/matMul';
import { averagePool, maxPool } from '#models/graph/operations/pooling';
import { halfSquares, mean, spatialMean, sum } from '#models/graph/operations/reduction';
import { cast, concat, pad, reshape } from '#models/graph/operations/shape';
import { eager, expectClose, runTensors, values, type Value } from '../support/graphs';

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

  it('pools of any size, stride and padding', () => {
    const paddings = fc.constantFrom<('SAME' | 'VALID')[]>('SAME', 'VALID');
    fc.assert(
      fc.property(
        seed,
        side,
        channels,
        fc.constantFrom(2, 3),
        fc.constantFrom(1, 2),
        paddings,
        (s, h, c, size, stride, padding) => {
          const x = values(s, [2, h, h + 1, c]);
          const pad = padding === 'SAME' ? 'same' : 'valid';
          expectGradients(
            [x],
            (graph, [a]) => maxPool(graph, 'op', given(a), { size, stride, padding }),
            (a) => tf.maxPool(a.as4D(2, h, h + 1, c), size, stride, pad),
          );
          expectGradients(
            [x],
            (graph, [a]) => averagePool(graph, 'op', given(a), { size, stride, padding }),
            (a) => tf.avgPool(a.as4D(2, h, h + 1, c), size, stride, pad),
          );
        },
      ),
      few,
    );
  });

  it('batch norm, by the batch and frozen', () => {
    const epsilon = 1e-3;
    fc.assert(
      fc.property(seed, side, channels, (s, h, c) => {
        const [scale, offset, mean, variance] = [1, 2, 3, 4].map((n) => values(s + n, [c]));
        if (!scale || !offset || !mean || !variance) throw new Error('four vectors');
        const positive = { ...variance, data: variance.data.map((each) => Math.abs(each) + 0.5) };
        const inputs = [values(s, [2, h, h, c]), scale, offset, mean, positive];
        const norm = (x: Tensor, by: Tensor[], average: Tensor, spread: Tensor): Tensor =>
          tf.add(tf.mul(tf.div(tf.sub(x, average), tf.sqrt(tf.add(spread, epsilon))), by[0] ?? x), by[1] ?? x);
        const weights = ([x, scale, offset, mean, variance]: readonly GraphTensor[]) => ({
          x: given(x),
          of: { scale: given(scale), offset: given(offset), mean: given(mean), variance: given(variance) },
        });
        // Without the statistics, which no derivative flows to.
        expectGradients(
          inputs.slice(0, 3),
          (graph, operands) => {
            const constants = [mean, positive].map(({ data, shape }, index) =>
              graph.constant(`statistic${String(index)}`, data, shape),
            );
            const { x, of } = weights([...operands, ...constants]);
            return batchNorm(graph, 'op', x, of, { epsilon, momentum: 0.9 }).output;
          },
          (x, ...by) => {
            const average = tf.mean(x, [0, 1, 2]);
            return norm(x, by, average, tf.mean(tf.square(tf.sub(x, average)), [0, 1, 2]));
          },
        );
        expectGradients(
          inputs.slice(0, 3),
          (graph, operands) => {
            const constants = [mean, positive].map(({ data, shape }, index) =>
              graph.constant(`statistic${String(index)}`, data, shape),
            );
            const { x, of } = weights([...operands, ...constants]);
            return frozenBatchNorm(graph, 'op', x, of, { epsilon });
          },
          (x, ...by) => norm(x, by, tf.tensor(mean.data, [c]), tf.tensor(positive.data, [c])),
        );
        const [movedMean, movedVariance] = runTensors(inputs, (graph, operands) => {
          const { x, of } = weights(operands);
          const trained = batchNorm(graph, 'op', x, of, { epsilon, momentum: 0.9 });
          return [trained.movedMean, trained.movedVariance];
        });
        const count = 2 * h * h;
        const moved = (old: Value, unbiased: number, statistic: (x: Tensor) => Tensor): TensorData =>
          eager(inputs, (x) => tf.add(tf.mul(tf.tensor(old.data, [c]), 0.9), tf.mul(statistic(x), 0.1 * unbiased)));
        expectClose(
          movedMean ?? new Float32Array(),
          moved(mean, 1, (x) => tf.mean(x, [0, 1, 2])),
        );
        expectClose(
          movedVariance ?? new Float32Array(),
          moved(positive, count / (count - 1), (x) => tf.moments(x, [0, 1, 2]).variance),
        );
      }),
      { numRuns: 6 },
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

it('in double precision, the derivative of a whole network is that of finite differences to six digits', () => {
  const shapes = [[2, 6, 6, 2], [3, 3, 2, 4], [3, 3, 4, 2], [8, 8], [8], [8, 3]];
  const network = (graph: Graph, [x, filter, depthwise, gate, bias, head]: readonly GraphTensor[], name: string) =>
    graph.within(name, () => {
      const conv = swish(
        graph,
        'swish',
        conv2d(graph, 'conv', given(x), given(filter), { stride: 1, padding: 'SAME' }),
      );
      const deep = elu(
        graph,
        'elu',
        depthwiseConv2d(graph, 'depthwise', conv, given(depthwise), { stride: 2, padding: 'SAME' }),
      );
      const pooled = matMul(graph, 'squeezed', spatialMean(graph, 'pool', deep), given(gate));
      const excited = reshape(
        graph,
        'excited',
        sigmoid(graph, 'gate', biasAdd(graph, 'biased', pooled, given(bias))),
        [2, 1, 1, 8],
      );
      const features = averagePool(graph, 'average', mul(graph, 'scaled', deep, excited), {
        size: 3,
        stride: 1,
        padding: 'VALID',
      });
      const logits = matMul(graph, 'logits', reshape(graph, 'flat', features, [2, 8]), given(head));
      const labels = graph.constant('labels', Float64Array.of(0.7, 0.2, 0.1, 0, 1, 0), [2, 3]);
      return mean(graph, 'loss', softmaxCrossEntropy(graph, 'entropy', logits, labels), [0]);
    });
  const step = 1e-5;
  const inputs = shapes.flatMap((shape, index) => [values(index, shape), values(index + 50, shape)]);
  const [slope, difference] = runTensors(inputs, (graph, tensors) => {
    const double = tensors.map((tensor) => cast(graph, `${tensor.name}/double`, tensor, 'float64'));
    const point = double.filter((_, index) => index % 2 === 0);
    const direction = double.filter((_, index) => index % 2 === 1);
    const moved = (name: string, by: number): GraphTensor => {
      const at = point.map((tensor, index) => {
        const scaled = mul(
          graph,
          `${name}/by${String(index)}`,
          given(direction[index]),
          scalar(graph, `${name}/step${String(index)}`, by, 'float64'),
        );
        return add(graph, `${name}/at${String(index)}`, tensor, scaled);
      });
      return network(graph, at, name);
    };
    const derivatives = gradients(graph, network(graph, point, 'centre'), point);
    const along = derivatives.map((derivative, index) =>
      sum(
        graph,
        `along${String(index)}`,
        mul(graph, `along${String(index)}/product`, derivative, given(direction[index])),
        [...derivative.shape.keys()],
      ),
    );
    const rise = sub(graph, 'rise', moved('ahead', step), moved('behind', -step));
    const quotient = div(graph, 'quotient', rise, scalar(graph, 'twice', 2 * step, 'float64'));
    return [addAll(graph, 'slope', along), quotient].map((each) => cast(graph, `${each.name}/single`, each, 'float32'));
  });
  expect(Math.abs(slope?.[0] ?? 0)).toBeGreaterThan(0.01);
  expect((slope?.[0] ?? 0) / (difference?.[0] ?? NaN)).toBeCloseTo(1, 6);
});
