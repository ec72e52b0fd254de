import { GraphError, requireType, type Graph, type GraphTensor, type Runnable } from './graph';

/**
 * A float32 tensor of fixed shape that lives in the session: what one run assigns, the next one reads. It has no value until it is assigned, and is freed
 * with its session.
 */
export class Variable {
  readonly name: string;
  readonly shape: readonly number[];
  /** What the training operations of TensorFlow (ResourceApply...) take: a resource. */
  readonly handle: GraphTensor;
  /** The value before the run changes it, provided that every change waits for something computed from it. */
  readonly read: GraphTensor;
  readonly #graph: Graph;

  /** Throws GraphError if the name is taken. */
  constructor(graph: Graph, name: string, shape: readonly number[]) {
    this.#graph = graph;
    this.shape = shape;
    this.handle = graph.add({
      kind: 'VarHandleOp',
      name,
      inputs: [],
      attributes: {
        dtype: { type: 'float32' },
        shape: { shape },
        // The session knows it by this name, so that no two variables may share one.
        shared_name: { string: graph.fullName(name) },
        container: { string: '' },
      },
      output: { dtype: 'resource', shape: [] },
    });
    this.name = this.handle.name;
    this.read = this.readAfter(`${name}/read`, []);
  }

  /** The value once `controls` have run. */
  readAfter(name: string, controls: readonly Runnable[]): GraphTensor {
    return this.#graph.add({
      kind: 'ReadVariableOp',
      name,
      inputs: [this.handle],
      controls,
      attributes: { dtype: { type: 'float32' } },
      output: { dtype: 'float32', shape: this.shape },
    });
  }

  /** Sets the value. Throws GraphError unless `value` is float32 of as many dimensions, each equal where it is known. */
  assign(name: string, value: GraphTensor, controls: readonly Runnable[] = []): Runnable {
    return this.#update('AssignVariableOp', name, value, controls);
  }

  /** Adds to the value. Throws as `assign`. */
  assignAdd(name: string, value: GraphTensor, controls: readonly Runnable[] = []): Runnable {
    return this.#update('AssignAddVariableOp', name, value, controls);
  }

  #update(kind: string, name: string, value: GraphTensor, controls: readonly Runnable[]): Runnable {
    requireType(name, 'float32', value);
    const fits =
      value.shape.length === this.shape.length &&
      value.shape.every((side, axis) => side === null || side === this.shape[axis]);
    if (!fits) throw new GraphError(name, `${value.name} does not have the shape of ${this.name}`);
    return this.#graph.addEffect({
      kind,
      name,
      inputs: [this.handle, value],
      controls,
      attributes: { dtype: { type: 'float32' } },
    });
  }
}
