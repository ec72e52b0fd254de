import { GraphError, requireFloat, type FloatType, type Graph, type GraphTensor } from '../graph';
import { broadcastShape, sameShape, sumTo } from './broadcast';

/** left + right, broadcast as in NumPy. float32 or float64. */
export function add(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return binary(graph, 'AddV2', name, left, right, (upstream) => [upstream, upstream]);
}

/** left - right, broadcast. float32 or float64. */
export function sub(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return binary(graph, 'Sub', name, left, right, (upstream) => [upstream, negative(graph, 'negative', upstream)]);
}

/** left * right, broadcast. float32 or float64. */
export function mul(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return binary(graph, 'Mul', name, left, right, (upstream) => [
    mul(graph, 'left', upstream, right),
    mul(graph, 'right', upstream, left),
  ]);
}

/** left / right, broadcast. float32 or float64. */
export function div(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return binary(graph, 'RealDiv', name, left, right, (upstream, quotient) => {
    const leftward = div(graph, 'left', upstream, right);
    return [leftward, negative(graph, 'right/negative', mul(graph, 'right', leftward, quotient))];
  });
}

/** The greater of the two, broadcast. Where they are equal, `left` has the derivative. float32 or float64. */
export function maximum(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return binary(graph, 'Maximum', name, left, right, (upstream) =>
    chosen(graph, 'GreaterEqual', left, right, upstream),
  );
}

/** The smaller of the two, as `maximum`. */
export function minimum(graph: Graph, name: string, left: GraphTensor, right: GraphTensor): GraphTensor {
  return binary(graph, 'Minimum', name, left, right, (upstream) => chosen(graph, 'LessEqual', left, right, upstream));
}

/** -input. float32 or float64. */
export function negative(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Neg', name, input, (upstream) => [negative(graph, 'input', upstream)]);
}

/** Square root of each value. float32 or float64. */
export function sqrt(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Sqrt', name, input, (upstream, root) => [gradientOf(graph, 'SqrtGrad', [root, upstream])]);
}

/** Square of each value. float32 or float64. */
export function square(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return unary(graph, 'Square', name, input, (upstream) => {
    const twice = scalar(graph, 'two', 2, requireFloat(name, input));
    return [mul(graph, 'input', upstream, mul(graph, 'twice', input, twice))];
  });
}

/** The sum of tensors of one shape. float32 or float64. Throws GraphError if there is none or shapes differ. */
export function addAll(graph: Graph, name: string, inputs: readonly GraphTensor[]): GraphTensor {
  const [first, ...others] = inputs;
  if (!first) throw new GraphError(name, 'nothing to add');
  const dtype = requireFloat(name, first, ...others);
  const odd = others.find(({ shape }) => !sameShape(shape, first.shape));
  if (odd) throw new GraphError(name, `${odd.name} does not have the shape of ${first.name}`);
  return graph.add({
    kind: 'AddN',
    name,
    inputs,
    attributes: { T: { type: dtype }, N: { int: inputs.length } },
    output: { dtype, shape: first.shape },
    gradient: (upstream) => inputs.map(() => upstream),
  });
}

/** A constant of one value, float64 where that is asked for and else of the precision that the graph is written in. */
export function scalar(graph: Graph, name: string, value: number, dtype?: FloatType): GraphTensor {
  return graph.constant(name, dtype === 'float64' ? Float64Array.of(value) : Float32Array.of(value), []);
}

/** One node of one float32 or float64 input that keeps its shape. */
export function unary(
  graph: Graph,
  kind: string,
  name: string,
  input: GraphTensor,
  gradient: (upstream: GraphTensor, output: GraphTensor) => readonly [GraphTensor],
): GraphTensor {
  const dtype = requireFloat(name, input);
  return graph.add({
    kind,
    name,
    inputs: [input],
    attributes: { T: { type: dtype } },
    output: { dtype, shape: input.shape },
    gradient,
  });
}

/** One of TensorFlow's fused gradient nodes: as `inputs` in dtype, attributes and shape. */
export function gradientOf(
  graph: Graph,
  kind: string,
  inputs: readonly [GraphTensor, ...GraphTensor[]],
  attributes: Parameters<Graph['add']>[0]['attributes'] = {},
): GraphTensor {
  const dtype = requireFloat(kind, ...inputs);
  return graph.add({
    kind,
    name: 'input',
    inputs,
    attributes: { T: { type: dtype }, ...attributes },
    output: { dtype, shape: inputs[0].shape },
  });
}

/** `upstream` where `comparison` holds and zero elsewhere, and the other way round. */
function chosen(
  graph: Graph,
  comparison: string,
  left: GraphTensor,
  right: GraphTensor,
  upstream: GraphTensor,
): readonly [GraphTensor, GraphTensor] {
  const dtype = requireFloat(comparison, upstream);
  const isLeft = graph.add({
    kind: comparison,
    name: 'isLeft',
    inputs: [left, right],
    attributes: { T: { type: dtype } },
    output: { dtype: 'bool', shape: upstream.shape },
  });
  const zero = scalar(graph, 'zero', 0, dtype);
  const where = (name: string, yes: GraphTensor, no: GraphTensor): GraphTensor =>
    graph.add({
      kind: 'SelectV2',
      name,
      inputs: [isLeft, yes, no],
      attributes: { T: { type: dtype } },
      output: { dtype, shape: upstream.shape },
    });
  return [where('left', upstream, zero), where('right', zero, upstream)];
}

/** `gradient` gives derivatives at the broadcast shape; they are summed to that of each input here. */
function binary(
  graph: Graph,
  kind: string,
  name: string,
  left: GraphTensor,
  right: GraphTensor,
  gradient: (upstream: GraphTensor, output: GraphTensor) => readonly [GraphTensor, GraphTensor],
): GraphTensor {
  const dtype = requireFloat(name, left, right);
  return graph.add({
    kind,
    name,
    inputs: [left, right],
    attributes: { T: { type: dtype } },
    output: { dtype, shape: broadcastShape(name, left, right) },
    gradient: (upstream, output) => {
      const [leftward, rightward] = gradient(upstream, output);
      return [sumTo(graph, 'left/sum', leftward, left), sumTo(graph, 'right/sum', rightward, right)];
    },
  });
}
