import { requireFloat, type Graph, type GraphTensor } from '../graph';
import { sum } from './reduction';
import { cast } from './shape';

/** How many rows have their greatest value in the same column, float32 scalar. `logits` and `labels` [n, classes], float32 or float64. Without a gradient. */
export function countCorrect(graph: Graph, name: string, logits: GraphTensor, labels: GraphTensor): GraphTensor {
  const hit = graph.add({
    kind: 'Equal',
    name: `${name}/hit`,
    inputs: [greatest(graph, `${name}/predicted`, logits), greatest(graph, `${name}/true`, labels)],
    attributes: { T: { type: 'int64' } },
    output: { dtype: 'bool', shape: logits.shape.slice(0, 1) },
  });
  return sum(graph, name, cast(graph, `${name}/value`, hit, 'float32'), [0]);
}

/** The column of each row's greatest value, int64 [n]. */
function greatest(graph: Graph, name: string, input: GraphTensor): GraphTensor {
  return graph.add({
    kind: 'ArgMax',
    name,
    inputs: [input, graph.constant(`${name}/axis`, Int32Array.of(1), [])],
    attributes: { T: { type: requireFloat(name, input) }, Tidx: { type: 'int32' }, output_type: { type: 'int64' } },
    output: { dtype: 'int64', shape: input.shape.slice(0, 1) },
  });
}
