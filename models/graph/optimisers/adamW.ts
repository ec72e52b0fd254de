import type { Graph } from '../graph';
import { mul, scalar } from '../operations/arithmetic';
import { adam, type AdamOptions } from './adam';
import { apply, type Parameter, type StepTensors, type Update } from './parameter';

interface AdamWOptions extends AdamOptions {
  readonly weightDecay: number;
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019): before each update a kernel is shrunk by learning rate x weight decay of itself. */
export function adamW(
  graph: Graph,
  options: AdamWOptions,
  parameters: readonly Parameter[],
  tensors: StepTensors,
): Update {
  const share = graph.within('decay', () =>
    mul(graph, 'share', tensors.learningRate, scalar(graph, 'weight_decay', options.weightDecay)),
  );
  return adam(graph, options, parameters, tensors, (parameter) =>
    parameter.decays
      ? [
          graph.within('decay', () =>
            apply(graph, 'ResourceApplyGradientDescent', parameter, [share, parameter.variable.read]),
          ),
        ]
      : [],
  );
}
