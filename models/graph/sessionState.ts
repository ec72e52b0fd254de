import type { Graph, GraphTensor } from './graph';
import type { Session } from './session';
import type { Variable } from './variable';

/** A variable of a session: fed to be set, fetched to be read. */
interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly feed: GraphTensor;
  readonly read: GraphTensor;
}

/** Variables of a graph under names of the caller's, set and read between its runs. */
export class SessionState {
  readonly #tensors: readonly StateTensor[];
  /** Fetched with a feed for every tensor of the state, it sets them. */
  readonly #assigned: GraphTensor;

  /** Adds to the graph what sets and reads them. */
  constructor(graph: Graph, variables: Iterable<readonly [name: string, variable: Variable]>) {
    const setters = Array.from(variables, ([name, variable]) => {
      const feed = graph.placeholder(`set/${name}`, 'float32', variable.shape);
      const assigned = variable.assign(`set/${name}/assign`, copied(graph, `set/${name}/copy`, feed));
      return { tensor: { name, shape: variable.shape, feed, read: variable.read }, assigned };
    });
    this.#tensors = setters.map(({ tensor }) => tensor);
    this.#assigned = graph.after(
      'set/done',
      setters.map(({ assigned }) => assigned),
    );
  }

  /** Sets every variable; `valueOf` gives its `size` values, row-major, which stay the caller's. */
  set(session: Session, valueOf: (name: string, size: number) => Float32Array): void {
    const feeds = this.#tensors.map(({ name, shape, feed }) => {
      const size = shape.reduce((product, side) => product * side, 1);
      return { tensor: feed, shape, data: valueOf(name, size) };
    });
    session.run(feeds, [this.#assigned]);
  }

  /** The values of the variables that are wanted, by name; the arrays are the caller's. */
  read(session: Session, isWanted: (name: string) => boolean = () => true): Map<string, Float32Array> {
    const wanted = this.#tensors.filter(({ name }) => isWanted(name));
    const values = session.run(
      [],
      wanted.map(({ read }) => read),
    );
    return new Map(wanted.map(({ name }, index) => [name, float32(values[index])]));
  }
}

/** A copy of what is fed: TensorFlow may look into the caller's array itself, and would then update it in place. */
function copied(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return graph.add({
    kind: 'DeepCopy',
    name,
    inputs: [input],
    attributes: { T: { type: input.dtype } },
    output: { dtype: input.dtype, shape: input.shape },
  });
}

function float32(data: unknown): Float32Array {
  if (!(data instanceof Float32Array)) throw new TypeError('TensorFlow gave no float32.');
  return data;
}
