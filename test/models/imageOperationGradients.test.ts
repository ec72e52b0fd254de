import fc from 'fast-check';
import { describe, it } from 'vitest';
import { tf, type TensorData } from '#models/backend/tensorflow';
import type { Graph, GraphTensor } from '#models/graph/graph';
import { batchNorm, frozenBatchNorm } from '#models/graph/operations/batchNorm';
import { conv2d } from '#models/graph/operations/convolution';
import { depthwiseConv2d } from '#models/graph/operations/depthwiseConvolution';
import { averagePool, maxPool } from '#models/graph/operations/pooling';
import { expectGradients, given, on } from '../support/gradients';
import { eager, expectClose, runTensors, values, type Value } from '../support/graphs';

type Tensor = ReturnType<typeof tf.tensor>;

const seed = fc.nat(1e6);
const side = fc.integer({ min: 3, max: 7 });
const channels = fc.integer({ min: 1, max: 4 });
const few = { numRuns: 12 };

describe('the derivative of every operation on images is that of tf.grad', () => {
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

  it('depthwise convolutions with a centred window, up to five columns wide and larger than the image', () => {
    const kernels = fc.constantFrom(1, 3, 5);
    const multipliers = fc.constantFrom(1, 1, 2);
    fc.assert(
      fc.property(seed, side, side, channels, kernels, kernels, multipliers, (s, h, w, c, kh, kw, m) => {
        expectGradients(
          [values(s, [2, h, w, c]), values(s + 1, [kh, kw, c, m])],
          on(depthwiseConv2d, { stride: 1, padding: 'SAME' }),
          (a, b = a) => tf.depthwiseConv2d(a.as4D(2, h, w, c), b.as4D(kh, kw, c, m), 1, 'same'),
        );
      }),
      { numRuns: 30 },
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
        const statistics = (graph: Graph): GraphTensor[] =>
          [mean, positive].map(({ data, shape }, index) => graph.constant(`statistic${String(index)}`, data, shape));
        // Without the statistics, which no derivative flows to.
        expectGradients(
          inputs.slice(0, 3),
          (graph, operands) => {
            const { x, of } = weights([...operands, ...statistics(graph)]);
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
            const { x, of } = weights([...operands, ...statistics(graph)]);
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
});
