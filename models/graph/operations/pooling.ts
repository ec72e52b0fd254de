import { requireFloat, requireSide, type Graph, type GraphTensor } from '../graph';
import { shapeOf } from './broadcast';
import { windowOutput, type WindowOptions } from './window';

interface PoolingOptions extends WindowOptions {
  /** Side of the square window, pixels. */
  readonly size: number;
}

/** Greatest value of each window and channel. `input` float32 or float64 [n, h, w, c]; gives [n, h', w', c]. */
export function maxPool(graph: Graph, name: string, input: GraphTensor, options: PoolingOptions): GraphTensor {
  return pool(graph, 'MaxPool', name, input, options, (upstream, output) => {
    return [graph.add(node('MaxPoolGrad', 'input', [input, output, upstream], input, options))];
  });
}

/** Mean of each window and channel; what SAME pads does not count. `input` float32 or float64 [n, h, w, c]; gives [n, h', w', c]. */
export function averagePool(graph: Graph, name: string, input: GraphTensor, options: PoolingOptions): GraphTensor {
  return pool(graph, 'AvgPool', name, input, options, (upstream) => {
    const shape = shapeOf(graph, 'shape', input);
    return [graph.add(node('AvgPoolGrad', 'input', [shape, upstream], input, options))];
  });
}

function pool(
  graph: Graph,
  kind: string,
  name: string,
  input: GraphTensor,
  options: PoolingOptions,
  gradient: (upstream: GraphTensor, output: GraphTensor) => readonly [GraphTensor],
): GraphTensor {
  const { size } = options;
  const shape = [...windowOutput(name, input, [size, size], options), requireSide(name, input, 3)];
  return graph.add({ ...node(kind, name, [input], { ...input, shape }, options), gradient });
}

function node(
  kind: string,
  name: string,
  inputs: readonly GraphTensor[],
  output: GraphTensor,
  { size, stride, padding }: PoolingOptions,
): Parameters<Graph['add']>[0] {
  const dtype = requireFloat(name, output);
  return {
    kind,
    name,
    inputs,
    attributes: {
      T: { type: dtype },
      ksize: { ints: [1, size, size, 1] },
      strides: { ints: [1, stride, stride, 1] },
      padding: { string: padding },
      data_format: { string: 'NHWC' },
    },
    output: { dtype, shape: output.shape },
  };
}
