import type { OptimiserOptions } from '../../../shared/domain/recipe';
import type { Graph } from '../graph';
import { adam } from './adam';
import { adamW } from './adamW';
import type { Parameter, StepTensors, Update } from './parameter';
import { rmsprop } from './rmsprop';
import { sgd } from './sgd';

/** Adds one update of every parameter. Each rule is Keras 3's, to rounding. */
export function addOptimiser(
  graph: Graph,
  options: OptimiserOptions,
  parameters: readonly Parameter[],
  tensors: StepTensors,
): Update {
  switch (options.kind) {
    case 'adam':
      return adam(graph, options, parameters, tensors);
    case 'adamW':
      return adamW(graph, options, parameters, tensors);
    case 'sgd':
      return sgd(graph, options, parameters, tensors);
    case 'rmsprop':
      return rmsprop(graph, options, parameters, tensors);
  }
}
