import { GraphError, requireType, type Graph, type GraphTensor, type Shape } from '../graph';
import { mul, scalar } from './arithmetic';
import { randomUniform } from './random';
import { cast } from './shape';

interface DropoutOptions {
  /** Share that is set to 0, from 0 to below 1; the rest is divided by 1 - rate, so that the expected value stays. */
  readonly rate: number;
  /** int32 [2], fed per step; equal seeds drop the same. The node's name is mixed in, so that layers differ. */
  readonly seed: GraphTensor;
  /** Sides that are 1 drop as one: [null, 1, 1, 1] drops whole images (stochastic depth). The input's shape if left out; null is the batch. */
  readonly shape?: Shape;
}

/** Dropout as in training. float32. Throws GraphError for a rate out of range. */
export function dropout(graph: Graph, name: string, input: GraphTensor, options: DropoutOptions): GraphTensor {
  const { rate, seed, shape = input.shape } = options;
  requireType(name, 'float32', input);
  if (!(rate >= 0 && rate < 1)) throw new GraphError(name, `the rate ${String(rate)} is not between 0 and 1`);
  if (rate === 0) return input;
  const chance = randomUniform(graph, `${name}/chance`, seed, { sides: shape, like: input });
  const kept = graph.add({
    kind: 'GreaterEqual',
    name: `${name}/kept`,
    inputs: [chance, scalar(graph, `${name}/rate`, rate)],
    attributes: { T: { type: 'float32' } },
    output: { dtype: 'bool', shape },
  });
  const factor = mul(
    graph,
    `${name}/factor`,
    cast(graph, `${name}/mask`, kept, 'float32'),
    scalar(graph, `${name}/scale`, 1 / (1 - rate)),
  );
  return mul(graph, name, input, factor);
}
