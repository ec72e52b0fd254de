import type { Graph, GraphTensor, Runnable } from '../graph';
import { add, div, minimum, scalar, sub } from '../operations/arithmetic';
import { Variable } from '../variable';

interface MovingAverage {
  /** One of each variable, in their order, named `average/<variable>`; to be assigned the variables' first values. */
  readonly averages: readonly Variable[];
  /** Run them all to take the variables' new values in. */
  readonly updates: readonly Runnable[];
}

/**
 * Exponential moving averages of variables (Polyak and Juditsky 1992): each goes a share 1 - decay' of the way to its variable after every update. Early on
 * decay' is (1 + step) / (10 + step), so that the first values are soon forgotten, as in tf.train.ExponentialMovingAverage. `after` changes the variables;
 * `step` is a float32 scalar, 1 at the first update.
 */
export function addMovingAverage(
  graph: Graph,
  variables: readonly Variable[],
  decay: number,
  step: GraphTensor,
  after: readonly Runnable[],
): MovingAverage {
  return graph.within('average', () => {
    const ramp = div(
      graph,
      'ramp',
      add(graph, 'ramp/above', step, scalar(graph, 'one', 1)),
      add(graph, 'ramp/below', step, scalar(graph, 'ten', 10)),
    );
    const now = minimum(graph, 'decay', scalar(graph, 'decay/most', decay), ramp);
    const share = sub(graph, 'share', scalar(graph, 'whole', 1), now);
    const made = variables.map((variable) => {
      const average = new Variable(graph, variable.name, variable.shape);
      const distance = sub(graph, 'distance', average.read, variable.readAfter('new', after));
      const update = graph.addEffect({
        kind: 'ResourceApplyGradientDescent',
        name: 'update',
        inputs: [average.handle, share, distance],
        attributes: { T: { type: 'float32' } },
      });
      return { average, update };
    });
    return { averages: made.map(({ average }) => average), updates: made.map(({ update }) => update) };
  });
}
