import { describe, expect, it } from 'vitest';
import { gradients } from '#models/graph/gradients';
import { Graph, type GraphTensor } from '#models/graph/graph';
import { elu, sigmoid, swish } from '#models/graph/operations/activation';
import { add, addAll, div, mul, scalar, sub } from '#models/graph/operations/arithmetic';
import { biasAdd, conv2d } from '#models/graph/operations/convolution';
import { depthwiseConv2d } from '#models/graph/operations/depthwiseConvolution';
import { softmaxCrossEntropy } from '#models/graph/operations/crossEntropy';
import { matMul } from '#models/graph/operations/matMul';
import { averagePool } from '#models/graph/operations/pooling';
import { mean, spatialMean, sum } from '#models/graph/operations/reduction';
import { cast, reshape } from '#models/graph/operations/shape';
import { given } from '../support/gradients';
import { runTensors, values } from '../support/graphs';

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
