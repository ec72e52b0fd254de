import type { TensorData } from '../backend/tensorflow';

export type DataType = 'float32' | 'int32' | 'uint8';

/** Static shape; null where it is known only at run time (the batch). */
export type Shape = readonly (number | null)[];

/** An output of an operation. */
export interface GraphTensor {
  /** `<node>` or `<node>:<output>`, as TensorFlow names it. */
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** An attribute of a node, as TensorFlow's AttrValue has it. */
export type Attribute =
  | { readonly type: DataType }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly shape: Shape }
  | { readonly tensor: { readonly dtype: DataType; readonly shape: readonly number[]; readonly data: TensorData } };

/** One recorded operation: what a gradient needs to walk back over it. */
export interface Operation {
  readonly kind: string;
  readonly name: string;
  readonly inputs: readonly GraphTensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly GraphTensor[];
}

/** A graph was put together wrongly: a bug, never bad input. The message names the node. */
export class GraphError extends Error {
  constructor(node: string, message: string) {
    super(`Node "${node}": ${message}`);
    this.name = 'GraphError';
  }
}

/** A TensorFlow graph being written. Operations (models/graph/operations) check dtypes and static shapes before they add a node. */
export class Graph {
  readonly operations: Operation[] = [];
  readonly #names = new Set<string>();

  /** A name that no node has yet: `base`, `base_1`, `base_2`, ... */
  unique(base: string): string {
    let name = base;
    for (let count = 1; this.#names.has(name); count++) name = `${base}_${String(count)}`;
    return name;
  }

  /** Adds a node with one output. Throws GraphError if the name is taken or not one that TensorFlow allows. */
  add(operation: Omit<Operation, 'outputs'> & { readonly output: Omit<GraphTensor, 'name'> }): GraphTensor {
    const { output, ...rest } = operation;
    if (!/^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/.test(rest.name))
      throw new GraphError(rest.name, 'not a name that TensorFlow allows');
    if (this.#names.has(rest.name)) throw new GraphError(rest.name, 'there is a node of this name already');
    this.#names.add(rest.name);
    const tensor = { name: rest.name, ...output };
    this.operations.push({ ...rest, outputs: [tensor] });
    return tensor;
  }

  /** What the caller feeds: `shape` with null for the batch. */
  placeholder(name: string, dtype: DataType, shape: Shape): GraphTensor {
    return this.add({
      kind: 'Placeholder',
      name,
      inputs: [],
      attributes: { dtype: { type: dtype }, shape: { shape } },
      output: { dtype, shape },
    });
  }

  /** A constant; `data` is read when the graph is encoded and must not change before. Throws GraphError if data and shape differ in size. */
  constant(name: string, data: Float32Array | Int32Array, shape: readonly number[]): GraphTensor {
    const size = shape.reduce((product, side) => product * side, 1);
    if (size !== data.length) {
      throw new GraphError(name, `${String(data.length)} values do not fill the shape [${shape.join(', ')}]`);
    }
    const dtype = data instanceof Float32Array ? 'float32' : 'int32';
    return this.add({
      kind: 'Const',
      name,
      inputs: [],
      attributes: { dtype: { type: dtype }, value: { tensor: { dtype, shape, data } } },
      output: { dtype, shape },
    });
  }
}

/** Throws GraphError unless every input has this dtype. */
export function requireType(node: string, dtype: DataType, ...inputs: readonly GraphTensor[]): void {
  for (const input of inputs) {
    if (input.dtype !== dtype) throw new GraphError(node, `${input.name} is ${input.dtype}, not ${dtype}`);
  }
}

/** The static shape with this rank; throws GraphError otherwise. */
export function requireRank(node: string, input: GraphTensor, rank: number): Shape {
  if (input.shape.length !== rank) {
    throw new GraphError(
      node,
      `${input.name} has shape [${describeShape(input.shape)}], not ${String(rank)} dimensions`,
    );
  }
  return input.shape;
}

/** One side of a static shape that must be known; throws GraphError where it is the batch or missing. */
export function requireSide(node: string, input: GraphTensor, axis: number): number {
  const side = input.shape[axis];
  if (side === null || side === undefined) {
    throw new GraphError(node, `side ${String(axis)} of ${input.name} [${describeShape(input.shape)}] must be known`);
  }
  return side;
}

export function describeShape(shape: Shape): string {
  return shape.map((side) => (side === null ? 'batch' : String(side))).join(', ');
}
