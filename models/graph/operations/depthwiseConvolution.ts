import { requireFloat, requireSide, type Graph, type GraphTensor } from '../graph';
import { attributesOf, ofFilter, ofInput, requireFilter } from './convolution';
import { concat, pad, reverse, slice } from './shape';
import { windowOutput, type WindowOptions } from './window';

const OF_FILTER = 'DepthwiseConv2dNativeBackpropFilter';

/** Columns of a filter whose derivative oneDNN's kernel for depthwise convolutions takes at once. */
const COLUMNS = 3;

/** Depthwise 2-D convolution. `input` float32 [n, h, w, c], `filter` float32 [kh, kw, c, m]; gives [n, h', w', c * m]. */
export function depthwiseConv2d(
  graph: Graph,
  name: string,
  input: GraphTensor,
  filter: GraphTensor,
  options: WindowOptions,
): GraphTensor {
  const { dtype, channels, kernel } = requireFilter(name, input, filter);
  const multiplier = requireSide(name, filter, 3);
  const isCentred = options.stride === 1 && options.padding === 'SAME' && kernel.every((side) => side % 2 === 1);
  return graph.add({
    kind: 'DepthwiseConv2dNative',
    name,
    inputs: [input, filter],
    attributes: attributesOf(dtype, options),
    output: { dtype, shape: [...windowOutput(name, input, kernel, options), channels * multiplier] },
    gradient: (upstream) => [
      isCentred && multiplier === 1
        ? ofCentredInput(graph, filter, upstream)
        : ofInput(graph, 'DepthwiseConv2dNativeBackpropInput', { input, filter, upstream }, options),
      isCentred && kernel[1] === 2 * COLUMNS - 1
        ? ofCentredFilter(graph, input, filter, upstream)
        : ofFilter(graph, OF_FILTER, { input, filter, upstream }, options),
    ],
  });
}

/** Derivative of the input of a centred window: that of the output, under the filter turned by half a turn. oneDNN is faster forward than backward. */
function ofCentredInput(graph: Graph, filter: GraphTensor, upstream: GraphTensor): GraphTensor {
  const turned = reverse(graph, 'input/filter', filter, [0, 1]);
  return depthwiseConv2d(graph, 'input', upstream, turned, { stride: 1, padding: 'SAME' });
}

/**
 * Derivative of a filter of five columns, its window centred, as two parts that have the middle column in common and each see the input with zeros on one side.
 * For more than three columns oneDNN falls back on its kernel for grouped convolutions, which takes 5 to 15 times as long (oneDNN 3.7, AVX-512).
 */
function ofCentredFilter(graph: Graph, input: GraphTensor, filter: GraphTensor, upstream: GraphTensor): GraphTensor {
  const dtype = requireFloat(upstream.name, upstream);
  const side = (axis: number): number => requireSide(filter.name, filter, axis);
  const [height, channels] = [side(0), [side(2), side(3)]];
  const beyond = (height - 1) / 2;
  const part = (name: string, left: number, right: number): GraphTensor => {
    const shape = [height, COLUMNS, ...channels];
    const seen = pad(graph, `filter/${name}/padded`, input, [
      [0, 0],
      [beyond, beyond],
      [left, right],
      [0, 0],
    ]);
    const sizes = graph.constant(`filter/${name}/shape`, Int32Array.from(shape), [4]);
    return graph.add({
      kind: OF_FILTER,
      name: `filter/${name}`,
      inputs: [seen, sizes, upstream],
      attributes: attributesOf(dtype, { stride: 1, padding: 'VALID' }),
      output: { dtype, shape },
    });
  };
  const [first, last] = [part('first', COLUMNS - 1, 0), part('last', 0, COLUMNS - 1)];
  const rest = slice(graph, 'filter/rest', last, [0, 1, 0, 0], [height, COLUMNS - 1, ...channels]);
  return concat(graph, 'filter', [first, rest], 1);
}
