import {
  describeShape,
  GraphError,
  isFloat,
  requireFloat,
  type DataType,
  type Graph,
  type GraphTensor,
  type Shape,
} from '../graph';

/** The values as another dtype. A derivative flows between floating dtypes. */
export function cast(graph: Graph, name: string, input: GraphTensor, dtype: DataType): GraphTensor {
  const differentiable = isFloat(input.dtype) && isFloat(dtype);
  return graph.add({
    kind: 'Cast',
    name,
    inputs: [input],
    attributes: { SrcT: { type: input.dtype }, DstT: { type: dtype } },
    output: { dtype, shape: input.shape },
    gradient: (upstream) => [differentiable ? cast(graph, 'input', upstream, input.dtype) : null],
  });
}

/** The same values in the same order under another shape, in which one side may be unknown if one of the input is. Throws GraphError if the sizes differ whatever the unknown sides are. */
export function reshape(graph: Graph, name: string, input: GraphTensor, shape: Shape): GraphTensor {
  const unknown = (sides: Shape): number => sides.filter((side) => side === null).length;
  const size = (sides: Shape): number => sides.reduce<number>((product, side) => product * (side ?? 1), 1);
  const [from, to] = [size(input.shape), size(shape)];
  const fits = unknown(shape) === 0 ? from === to : from % to === 0 || to % from === 0;
  if (unknown(shape) > 1 || unknown(shape) !== unknown(input.shape) || !fits) {
    throw new GraphError(name, `[${describeShape(input.shape)}] cannot become [${describeShape(shape)}]`);
  }
  const sides = graph.constant(
    `${name}/shape`,
    Int32Array.from(shape, (side) => side ?? -1),
    [shape.length],
  );
  return graph.add({
    kind: 'Reshape',
    name,
    inputs: [input, sides],
    attributes: { T: { type: input.dtype }, Tshape: { type: 'int32' } },
    output: { dtype: input.dtype, shape },
    gradient: (upstream) => [reshape(graph, 'input', upstream, input.shape)],
  });
}

/** Joins tensors along `axis` (the last if none is given), in whose side alone they may differ. float32 or float64. Throws GraphError otherwise. */
export function concat(graph: Graph, name: string, inputs: readonly GraphTensor[], axis?: number): GraphTensor {
  const first = inputs[0];
  if (!first) throw new GraphError(name, 'nothing to join');
  const dtype = requireFloat(name, first, ...inputs.slice(1));
  const along = axis ?? first.shape.length - 1;
  const starts: number[] = [];
  let length = 0;
  for (const { name: input, shape } of inputs) {
    const side = shape[along];
    const others =
      shape.length === first.shape.length && shape.every((each, at) => at === along || each === first.shape[at]);
    if (typeof side !== 'number' || !others) {
      throw new GraphError(
        name,
        `${input} [${describeShape(shape)}] cannot be joined to [${describeShape(first.shape)}]`,
      );
    }
    starts.push(length);
    length += side;
  }
  return graph.add({
    kind: 'ConcatV2',
    name,
    inputs: [...inputs, graph.constant(`${name}/axis`, Int32Array.of(along), [])],
    attributes: { T: { type: dtype }, N: { int: inputs.length }, Tidx: { type: 'int32' } },
    output: { dtype, shape: first.shape.map((side, at) => (at === along ? length : side)) },
    gradient: (upstream) =>
      inputs.map((input, index) => {
        const begin = input.shape.map((_, at) => (at === along ? (starts[index] ?? 0) : 0));
        return slice(graph, `input${String(index)}`, upstream, begin, input.shape);
      }),
  });
}

/** Puts `before` and `after` zeros at the ends of each side ([[before, after], ...]). float32 or float64. Throws GraphError unless there is a pair for every side. */
export function pad(
  graph: Graph,
  name: string,
  input: GraphTensor,
  paddings: readonly (readonly [before: number, after: number])[],
): GraphTensor {
  const dtype = requireFloat(name, input);
  if (paddings.length !== input.shape.length) {
    throw new GraphError(name, `${String(paddings.length)} paddings for [${describeShape(input.shape)}]`);
  }
  const shape = input.shape.map((side, axis) => {
    const [before, after] = paddings[axis] ?? [0, 0];
    if (side === null && before + after > 0) throw new GraphError(name, 'the batch cannot be padded');
    return side === null ? null : before + side + after;
  });
  return graph.add({
    kind: 'Pad',
    name,
    inputs: [input, graph.constant(`${name}/paddings`, Int32Array.from(paddings.flat()), [paddings.length, 2])],
    attributes: { T: { type: dtype }, Tpaddings: { type: 'int32' } },
    output: { dtype, shape },
    gradient: (upstream) => [
      slice(
        graph,
        'input',
        upstream,
        paddings.map(([before]) => before),
        input.shape,
      ),
    ],
  });
}

/** The values in the opposite order along `axes`. */
export function reverse(graph: Graph, name: string, input: GraphTensor, axes: readonly number[]): GraphTensor {
  return graph.add({
    kind: 'ReverseV2',
    name,
    inputs: [input, graph.constant(`${name}/axes`, Int32Array.from(axes), [axes.length])],
    attributes: { T: { type: input.dtype }, Tidx: { type: 'int32' } },
    output: { dtype: input.dtype, shape: input.shape },
    gradient: (upstream) => [reverse(graph, 'input', upstream, axes)],
  });
}

/** The part of `input` that starts at `begin` and has this shape; an unknown side is taken to its end. Without a gradient. */
export function slice(
  graph: Graph,
  name: string,
  input: GraphTensor,
  begin: readonly number[],
  shape: Shape,
): GraphTensor {
  const rank = shape.length;
  return graph.add({
    kind: 'Slice',
    name,
    inputs: [
      input,
      graph.constant(`${name}/begin`, Int32Array.from(begin), [rank]),
      graph.constant(
        `${name}/size`,
        Int32Array.from(shape, (side) => side ?? -1),
        [rank],
      ),
    ],
    attributes: { T: { type: input.dtype }, Index: { type: 'int32' } },
    output: { dtype: input.dtype, shape },
  });
}
