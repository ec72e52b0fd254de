import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '#models/backend/tensorflow';
import { deviceReport } from '#models/backend/device';
import { Graph } from '#models/graph/graph';
import { relu, relu6, softmax } from '#models/graph/operations/activation';
import { add, maximum, mul, sqrt, square, sub } from '#models/graph/operations/arithmetic';
import { biasAdd, conv2d } from '#models/graph/operations/convolution';
import { depthwiseConv2d } from '#models/graph/operations/depthwiseConvolution';
import { matMul } from '#models/graph/operations/matMul';
import { spatialMean } from '#models/graph/operations/reduction';
import { cast, concat } from '#models/graph/operations/shape';
import { Session } from '#models/graph/session';
import { Variable } from '#models/graph/variable';
import { deviceReportSchema } from '#shared/domain/device';
import { eager, expectClose, runGraph, values } from '../support/graphs';

const seed = fc.nat(1e6);
const side = fc.integer({ min: 3, max: 9 });
const channels = fc.integer({ min: 1, max: 5 });
const few = { numRuns: 15 };

describe('every operation gives what TensorFlow gives when called by itself', () => {
  it('convolutions of any size, stride and padding', () => {
    const kernels = fc.constantFrom(1, 2, 3);
    const strides = fc.constantFrom<(1 | 2)[]>(1, 2);
    const paddings = fc.constantFrom<('SAME' | 'VALID')[]>('SAME', 'VALID');
    fc.assert(
      fc.property(
        seed,
        side,
        side,
        channels,
        channels,
        kernels,
        strides,
        paddings,
        (s, h, w, c, out, kernel, stride, padding) => {
          const x = values(s, [2, h, w, c]);
          const full = values(s + 1, [kernel, kernel, c, out]);
          const depthwise = values(s + 2, [kernel, kernel, c, 2]);
          const pad = padding === 'SAME' ? 'same' : 'valid';
          expectClose(
            runGraph([x, full], (graph, a, b) => conv2d(graph, 'op', a, b, { stride, padding })),
            eager([x, full], (a, b) => tf.conv2d(a.as4D(2, h, w, c), b.as4D(kernel, kernel, c, out), stride, pad)),
          );
          expectClose(
            runGraph([x, depthwise], (graph, a, b) => depthwiseConv2d(graph, 'op', a, b, { stride, padding })),
            eager([x, depthwise], (a, b) =>
              tf.depthwiseConv2d(a.as4D(2, h, w, c), b.as4D(kernel, kernel, c, 2), stride, pad),
            ),
          );
        },
      ),
      few,
    );
  });

  it('arithmetic, with broadcasting', () => {
    fc.assert(
      fc.property(seed, side, channels, (s, h, c) => {
        const x = values(s, [2, h, c]);
        const row = values(s + 1, [c]);
        expectClose(
          runGraph([x, row], (graph, a, b) => add(graph, 'op', a, b)),
          eager([x, row], (a, b) => tf.add(a, b)),
        );
        expectClose(
          runGraph([x, row], (graph, a, b) => sub(graph, 'op', a, b)),
          eager([x, row], (a, b) => tf.sub(a, b)),
        );
        expectClose(
          runGraph([row, x], (graph, a, b) => mul(graph, 'op', a, b)),
          eager([row, x], (a, b) => tf.mul(a, b)),
        );
        expectClose(
          runGraph([x, row], (graph, a, b) => maximum(graph, 'op', a, b)),
          eager([x, row], (a, b) => tf.maximum(a, b)),
        );
        expectClose(
          runGraph([x, row], (graph, a, b) => biasAdd(graph, 'op', a, b)),
          eager([x, row], (a, b) => tf.add(a, b)),
        );
        expectClose(
          runGraph([x], (graph, a) => sqrt(graph, 'root', square(graph, 'square', a))),
          eager([x], (a) => tf.abs(a)),
        );
      }),
      few,
    );
  });

  it('activations, means, products, joins and casts', () => {
    fc.assert(
      fc.property(seed, side, channels, channels, (s, h, c, out) => {
        const image = values(s, [2, h, h + 1, c]);
        const left = values(s + 1, [3, c]);
        const right = values(s + 2, [c, out]);
        expectClose(
          runGraph([image], (graph, a) => relu(graph, 'op', a)),
          eager([image], (a) => tf.relu(a)),
        );
        expectClose(
          runGraph([image], (graph, a) => relu6(graph, 'op', a)),
          eager([image], (a) => tf.relu6(a)),
        );
        expectClose(
          runGraph([left], (graph, a) => softmax(graph, 'op', a)),
          eager([left], (a) => tf.softmax(a)),
        );
        expectClose(
          runGraph([image], (graph, a) => spatialMean(graph, 'op', a)),
          eager([image], (a) => tf.mean(a, [1, 2])),
        );
        expectClose(
          runGraph([image], (graph, a) => spatialMean(graph, 'op', a, true)),
          eager([image], (a) => tf.mean(a, [1, 2], true)),
        );
        expectClose(
          runGraph([left, right], (graph, a, b) => matMul(graph, 'op', a, b)),
          eager([left, right], (a, b) => tf.matMul(a.as2D(3, c), b.as2D(c, out))),
        );
        expectClose(
          runGraph([left, left], (graph, a, b) => concat(graph, 'op', [a, b])),
          eager([left], (a) => tf.concat([a, a], 1)),
        );
        expectClose(
          runGraph([left], (graph, a) => cast(graph, 'op', a, 'int32')),
          eager([left], (a) => a.toInt()),
        );
      }),
      few,
    );
  });

  it('bytes are fed as they are', () => {
    const graph = new Graph();
    const input = graph.placeholder('bytes', 'uint8', [null, 2]);
    const output = cast(graph, 'values', input, 'float32');
    const session = Session.open(graph);
    expect(session.run([{ tensor: input, shape: [2, 2], data: Uint8Array.of(0, 1, 127, 255) }], [output])).toEqual([
      Float32Array.of(0, 1, 127, 255),
    ]);
    expect(() => session.run([{ tensor: input, shape: [1], data: Float32Array.of(1) }], [output])).toThrow(
      'bytes takes uint8',
    );
    session.close();
  });
});

describe('variables', () => {
  it('keep between runs what a run assigned, and any number of targets share them', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [2]);
    const total = new Variable(graph, 'total', [2]);
    const initialise = graph.after('initialise', [total.assign('set', input)]);
    const step = graph.after('step', [total.assignAdd('more', square(graph, 'squared', total.read))]);
    const session = Session.open(graph);
    session.run([{ tensor: input, shape: [2], data: Float32Array.of(1, 3) }], [initialise]);
    session.run([], [step]);
    session.run([], [step]);
    expect(session.run([], [total.read])).toEqual([Float32Array.of(6, 156)]);
    session.close();
  });

  it('of one name in two parts of a graph are two', () => {
    const graph = new Graph();
    const [one, two] = ['a', 'b'].map((part, index) =>
      graph.within(part, () => {
        const variable = new Variable(graph, 'weight', []);
        return { variable, set: variable.assign('set', graph.constant('value', Float32Array.of(index), [])) };
      }),
    );
    if (!one || !two) throw new Error('two parts');
    const initialise = graph.after('initialise', [one.set, two.set]);
    const session = Session.open(graph);
    session.run([], [initialise]);
    expect(session.run([], [one.variable.read, two.variable.read])).toEqual([Float32Array.of(0), Float32Array.of(1)]);
    session.close();
  });

  it('are refused a value of another shape, by name', () => {
    const graph = new Graph();
    const variable = new Variable(graph, 'bias', [2]);
    const value = graph.placeholder('value', 'float32', [3]);
    expect(() => variable.assign('set', value)).toThrow('Node "set": value does not have the shape of bias');
  });
});

describe('a graph that is put together wrongly is refused when the node is added, by its name', () => {
  const graph = new Graph();
  const image = graph.placeholder('image', 'float32', [null, 8, 8, 3]);
  const rows = graph.placeholder('rows', 'float32', [null, 4]);
  const bytes = graph.placeholder('bytes', 'uint8', [null, 4]);

  it.each([
    ['a wrong dtype', () => sqrt(graph, 'root', bytes), 'Node "root": bytes is uint8, not float32'],
    [
      'a wrong rank',
      () => spatialMean(graph, 'pool', rows),
      'Node "pool": rows has shape [batch, 4], not 4 dimensions',
    ],
    [
      'wrong channels',
      () =>
        conv2d(graph, 'conv', image, graph.constant('k', new Float32Array(36), [3, 3, 2, 2]), {
          stride: 1,
          padding: 'SAME',
        }),
      'Node "conv": image has 3 channels, k takes 2',
    ],
    [
      'a kernel that does not fit',
      () =>
        conv2d(graph, 'wide', image, graph.constant('w', new Float32Array(243), [9, 9, 3, 1]), {
          stride: 1,
          padding: 'VALID',
        }),
      'Node "wide": a kernel of 9 does not fit into 8 pixels',
    ],
    [
      'shapes that do not broadcast',
      () => add(graph, 'sum', rows, graph.constant('three', new Float32Array(3), [3])),
      'Node "sum": [batch, 4] and [3] do not broadcast',
    ],
    [
      'wrong sides of a product',
      () => matMul(graph, 'product', rows, graph.constant('m', new Float32Array(6), [3, 2])),
      'Node "product": rows has 4 columns, m has 3 rows',
    ],
    [
      'a constant of the wrong size',
      () => graph.constant('c', new Float32Array(5), [2, 2]),
      'Node "c": 5 values do not fill the shape [2, 2]',
    ],
    [
      'a name used twice',
      () => graph.placeholder('rows', 'float32', [1]),
      'Node "rows": there is a node of this name already',
    ],
    [
      'a name that TensorFlow refuses',
      () => graph.placeholder('two words', 'float32', [1]),
      'Node "two words": not a name that TensorFlow allows',
    ],
    ['a join of nothing', () => concat(graph, 'join', []), 'Node "join": nothing to join'],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});

it('the device report names the library, the processor and why the GPU does not run', () => {
  const report = deviceReportSchema.parse(deviceReport());
  expect(report.version).toMatch(/^2\.\d+\.\d+/);
  expect(report.name.length).toBeGreaterThan(2);
  expect(report.reasonNotGpu === null).toBe(report.kind === 'gpu');
});
