import {
  GraphError,
  requireRank,
  requireSide,
  requireType,
  type Attribute,
  type Graph,
  type GraphTensor,
} from '../graph';

/** The vectors of a batch norm, each float32 [c]. */
interface BatchNormWeights {
  readonly scale: GraphTensor;
  readonly offset: GraphTensor;
  readonly mean: GraphTensor;
  readonly variance: GraphTensor;
}

interface BatchNormOptions {
  /** Added to the variance. */
  readonly epsilon: number;
  /** Share of the old statistics that stays at each step (Keras: momentum), 0 to 1. */
  readonly momentum: number;
}

interface TrainedBatchNorm {
  readonly output: GraphTensor;
  /** The statistics as they are after this batch, to be assigned. The batch's variance that goes in is the unbiased one (over n h w - 1). */
  readonly movedMean: GraphTensor;
  readonly movedVariance: GraphTensor;
}

/** Batch norm by the statistics of the batch, with the moved statistics. `input` float32 [n, h, w, c]. Throws GraphError if a vector has another length. */
export function batchNorm(
  graph: Graph,
  name: string,
  input: GraphTensor,
  weights: BatchNormWeights,
  { epsilon, momentum }: BatchNormOptions,
): TrainedBatchNorm {
  const [output, movedMean, movedVariance] = fused(graph, name, input, weights, {
    epsilon: { float: epsilon },
    is_training: { bool: true },
    exponential_avg_factor: { float: 1 - momentum },
  });
  return { output, movedMean, movedVariance };
}

/** Batch norm by the statistics given, which do not move; scale and offset may still train. As `batchNorm`. */
export function frozenBatchNorm(
  graph: Graph,
  name: string,
  input: GraphTensor,
  weights: BatchNormWeights,
  { epsilon }: Pick<BatchNormOptions, 'epsilon'>,
): GraphTensor {
  const [output] = fused(graph, name, input, weights, { epsilon: { float: epsilon }, is_training: { bool: false } });
  return output;
}

type Six<T> = readonly [T, T, T, T, T, T];

function fused(
  graph: Graph,
  name: string,
  input: GraphTensor,
  weights: BatchNormWeights,
  options: Readonly<Record<'epsilon' | 'is_training', Attribute>> & Readonly<Record<string, Attribute>>,
): Six<GraphTensor> {
  const { scale, offset, mean, variance } = weights;
  requireType(name, 'float32', input, scale, offset, mean, variance);
  requireRank(name, input, 4);
  const channels = requireSide(name, input, 3);
  for (const each of [scale, offset, mean, variance]) {
    requireRank(name, each, 1);
    if (each.shape[0] !== channels) {
      throw new GraphError(name, `${each.name} has ${String(each.shape[0])} values for ${String(channels)} channels`);
    }
  }
  const whole = { dtype: 'float32', shape: input.shape } as const;
  const vector = { dtype: 'float32', shape: [channels] } as const;
  const attributes = {
    T: { type: 'float32' },
    U: { type: 'float32' },
    data_format: { string: 'NHWC' },
    epsilon: options.epsilon,
    is_training: options.is_training,
  } as const;
  // Outputs 3 to 5 are what the gradient needs of the batch.
  const outputs: Six<typeof whole | typeof vector> = [whole, vector, vector, vector, vector, vector];
  return graph.addMultiple({
    kind: 'FusedBatchNormV3',
    name,
    inputs: [input, scale, offset, mean, variance],
    attributes: { ...attributes, ...options },
    outputs,
    gradient: ([upstream], [, , , first, second, third]) => {
      if (!upstream) return [null, null, null, null, null];
      const [toInput, toScale, toOffset] = graph.addMultiple({
        kind: 'FusedBatchNormGradV3',
        name: 'input',
        inputs: [upstream, input, scale, first, second, third],
        attributes,
        outputs: [whole, vector, vector, vector, vector],
      });
      return [toInput, toScale, toOffset, null, null];
    },
  });
}
