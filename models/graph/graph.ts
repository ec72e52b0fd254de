import type { Precision } from '#shared/domain/precision';
import type { TensorData } from '../backend/tensorflow';
import { toBfloat16 } from './bfloat16';

/** float64 is for tests (finite differences need it), bfloat16 for inference. */
export type FloatType = 'float32' | 'float64' | 'bfloat16';

/** resource is the handle of a variable. */
export type DataType = FloatType | 'int32' | 'int64' | 'uint8' | 'bool' | 'resource';

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
  | {
      readonly tensor: {
        readonly dtype: DataType;
        readonly shape: readonly number[];
        /** bfloat16 as its bits. */
        readonly data: TensorData | Float64Array | Uint16Array;
      };
    };

/** A node that another can wait for: a tensor, or an operation without outputs. */
export interface Runnable {
  readonly name: string;
}

/**
 * How a loss's derivative goes back over an operation: from those of its outputs (null where the loss does not depend on one) to those of its inputs, in
 * their order (null where none flows). It adds nodes; a derivative may have any shape that broadcasts to that of its tensor.
 */
type Gradient = (
  upstream: readonly (GraphTensor | null)[],
  outputs: readonly GraphTensor[],
) => readonly (GraphTensor | null)[];

/** One recorded operation. Without `gradient`, no derivative can go back over it. */
export interface Operation {
  readonly kind: string;
  readonly name: string;
  readonly inputs: readonly GraphTensor[];
  /** What must have run before this does. */
  readonly controls: readonly Runnable[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly GraphTensor[];
  readonly gradient: Gradient | null;
}

type Output = Omit<GraphTensor, 'name'>;

/** What `Graph.add` takes beside outputs and gradient. */
interface NewOperation extends Pick<Operation, 'kind' | 'name' | 'inputs' | 'attributes'> {
  readonly controls?: readonly Runnable[];
}

/** An operation of one output. */
interface SingleOperation extends NewOperation {
  readonly output: Output;
  readonly gradient?: (upstream: GraphTensor, output: GraphTensor) => readonly (GraphTensor | null)[];
}

/** An operation of several outputs. */
interface MultipleOperation<Outputs extends readonly Output[]> extends NewOperation {
  readonly outputs: Outputs;
  readonly gradient?: (
    upstream: { readonly [Index in keyof Outputs]: GraphTensor | null },
    outputs: { readonly [Index in keyof Outputs]: GraphTensor },
  ) => readonly (GraphTensor | null)[];
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
  #prefix: string | null = null;
  #precision: Precision = 'float32';

  /** A name that no node has yet: `base`, `base_1`, `base_2`, ... */
  unique(base: string): string {
    let name = base;
    for (let count = 1; this.#names.has(name); count++) name = `${base}_${String(count)}`;
    return name;
  }

  /** The name that a node added under this name now would have: see `within`. */
  fullName(given: string): string {
    return this.#prefix === null ? given : this.unique(`${this.#prefix}/${given}`);
  }

  /** Names of nodes that `build` adds get `prefix/` before them, and a number behind them where they are taken. */
  within<T>(prefix: string, build: () => T): T {
    const outer = this.#prefix;
    this.#prefix = outer === null ? prefix : `${outer}/${prefix}`;
    try {
      return build();
    } finally {
      this.#prefix = outer;
    }
  }

  /** Constants of float32 values that `build` adds are of this dtype. */
  inPrecision<T>(precision: Precision, build: () => T): T {
    const outer = this.#precision;
    this.#precision = precision;
    try {
      return build();
    } finally {
      this.#precision = outer;
    }
  }

  /** Adds a node with one output. Throws GraphError if the name is taken or not one that TensorFlow allows. */
  add(operation: SingleOperation): GraphTensor {
    const { output, gradient, ...rest } = operation;
    const name = this.#take(rest.name);
    const tensor = { name, ...output };
    this.operations.push({
      controls: [],
      ...rest,
      name,
      outputs: [tensor],
      gradient: gradient ? ([upstream]) => (upstream ? gradient(upstream, tensor) : rest.inputs.map(() => null)) : null,
    });
    return tensor;
  }

  /** Adds a node with several outputs, which are given in their order. Throws as `add`. */
  addMultiple<const Outputs extends readonly Output[]>(
    operation: MultipleOperation<Outputs>,
  ): { readonly [Index in keyof Outputs]: GraphTensor } {
    const { outputs, gradient, ...rest } = operation;
    const name = this.#take(rest.name);
    const tensors = outputs.map((output, index) => ({
      name: index === 0 ? name : `${name}:${String(index)}`,
      ...output,
    }));
    const typed = tensors as { readonly [Index in keyof Outputs]: GraphTensor } & readonly GraphTensor[];
    this.operations.push({
      controls: [],
      ...rest,
      name,
      outputs: tensors,
      gradient: gradient
        ? (upstream) => gradient(upstream as { readonly [Index in keyof Outputs]: GraphTensor | null }, typed)
        : null,
    });
    return typed;
  }

  /** Adds a node without outputs, which is there for what it does. To run it, fetch an `after` that waits for it. Throws as `add`. */
  addEffect(operation: NewOperation): Runnable {
    const name = this.#take(operation.name);
    this.operations.push({ controls: [], ...operation, name, outputs: [], gradient: null });
    return { name };
  }

  /** `tensor` itself (scalar 0 if none is given), once all of `controls` have run. No derivative flows back over it. */
  after(name: string, controls: readonly Runnable[], tensor?: GraphTensor): GraphTensor {
    const value = tensor ?? this.constant(`${name}/done`, Int32Array.of(0), []);
    return this.add({
      kind: 'Identity',
      name,
      inputs: [value],
      controls,
      attributes: { T: { type: value.dtype } },
      output: { dtype: value.dtype, shape: value.shape },
    });
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
  constant(name: string, data: Float32Array | Float64Array | Int32Array, shape: readonly number[]): GraphTensor {
    const size = shape.reduce((product, side) => product * side, 1);
    if (size !== data.length) {
      throw new GraphError(name, `${String(data.length)} values do not fill the shape [${shape.join(', ')}]`);
    }
    const isHalved = data instanceof Float32Array && this.#precision === 'bfloat16';
    const dtype = isHalved ? 'bfloat16' : dtypeOf(data);
    return this.add({
      kind: 'Const',
      name,
      inputs: [],
      attributes: {
        dtype: { type: dtype },
        value: { tensor: { dtype, shape, data: isHalved ? toBfloat16(data) : data } },
      },
      output: { dtype, shape },
    });
  }

  #take(given: string): string {
    if (!/^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/.test(given))
      throw new GraphError(given, 'not a name that TensorFlow allows');
    const name = this.fullName(given);
    if (this.#names.has(name)) throw new GraphError(name, 'there is a node of this name already');
    this.#names.add(name);
    return name;
  }
}

function dtypeOf(data: Float32Array | Float64Array | Int32Array): 'float32' | 'float64' | 'int32' {
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Float32Array ? 'float32' : 'float64';
}

export function isFloat(dtype: DataType): dtype is FloatType {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'bfloat16';
}

/** Throws GraphError unless every input has this dtype. */
export function requireType(node: string, dtype: DataType, ...inputs: readonly GraphTensor[]): void {
  for (const input of inputs) {
    if (input.dtype !== dtype) throw new GraphError(node, `${input.name} is ${input.dtype}, not ${dtype}`);
  }
}

/** The float dtype that all inputs share; throws GraphError otherwise. */
export function requireFloat(node: string, first: GraphTensor, ...others: readonly GraphTensor[]): FloatType {
  const dtype = isFloat(first.dtype) ? first.dtype : 'float32';
  requireType(node, dtype, first, ...others);
  return dtype;
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
