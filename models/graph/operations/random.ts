import { requireType, type Graph, type GraphTensor, type Shape } from '../graph';
import { add, mul, scalar } from './arithmetic';
import { batchOf } from './broadcast';

/** A shape in which null is the batch that `like` has in this run. */
interface BatchShape {
  readonly sides: Shape;
  readonly like: GraphTensor;
}

/**
 * Uniform numbers in [low, high), float32. `seed` is int32 [2], fed per step: equal seeds give equal numbers, whatever ran before, and every node has a
 * sequence of its own, for its name is mixed into the seed.
 */
export function randomUniform(
  graph: Graph,
  name: string,
  seed: GraphTensor,
  shape: readonly number[] | BatchShape,
  low = 0,
  high = 1,
): GraphTensor {
  const sides = 'sides' in shape ? shape.sides : shape;
  const numbers = graph.add({
    kind: 'StatelessRandomUniform',
    name: `${name}/unit`,
    inputs: [runtimeShape(graph, `${name}/shape`, shape), seedOf(graph, name, seed)],
    attributes: { dtype: { type: 'float32' }, T: { type: 'int32' }, Tseed: { type: 'int32' } },
    output: { dtype: 'float32', shape: sides },
  });
  if (low === 0 && high === 1) return numbers;
  const stretched = mul(graph, `${name}/stretched`, numbers, scalar(graph, `${name}/width`, high - low));
  return add(graph, name, stretched, scalar(graph, `${name}/low`, low));
}

/** The seed of one node: the step's with a hash of the node's name mixed in. */
function seedOf(graph: Graph, name: string, seed: GraphTensor): GraphTensor {
  requireType(name, 'int32', seed);
  const own = graph.constant(`${name}/own`, Int32Array.of(hash(name, 2_166_136_261), hash(name, 709_607)), [2]);
  return graph.add({
    kind: 'BitwiseXor',
    name: `${name}/seed`,
    inputs: [seed, own],
    attributes: { T: { type: 'int32' } },
    output: { dtype: 'int32', shape: [2] },
  });
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo), from a start value. */
function hash(text: string, start: number): number {
  let state = start;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 16_777_619);
  return state | 0;
}

function runtimeShape(graph: Graph, name: string, shape: readonly number[] | BatchShape): GraphTensor {
  if (!('sides' in shape)) return graph.constant(name, Int32Array.from(shape), [shape.length]);
  const { sides, like } = shape;
  return graph.add({
    kind: 'Pack',
    name,
    inputs: sides.map((side, axis) =>
      side === null
        ? batchOf(graph, `${name}/batch`, like)
        : graph.constant(`${name}/${String(axis)}`, Int32Array.of(side), []),
    ),
    attributes: { T: { type: 'int32' }, N: { int: sides.length }, axis: { int: 0 } },
    output: { dtype: 'int32', shape: [sides.length] },
  });
}
