import type { Views } from '#shared/domain/testTimeAugmentation';
import type { Graph, GraphTensor } from '../graph/graph';
import { softmax } from '../graph/operations/activation';
import { mul } from '../graph/operations/arithmetic';
import { concat, slice } from '../graph/operations/shape';
import { inBranches, type Branches } from './branches';
import { addViews } from './testTimeAugmentation';

/** What a network makes of images, float32. */
export interface Seen {
  /** [n, classes]. */
  readonly logits: GraphTensor;
  /** What the last layer sees, [n, width]. */
  readonly pool: GraphTensor;
  /** Adds mean and standard deviation over the image of the output of every block, [n, features]. */
  readonly blocks: () => GraphTensor;
}

/** Adds further columns [n, columns] to a network's logits; null for none. */
export type AddColumns = (graph: Graph, seen: Seen) => GraphTensor | null;

/** What a model is to whoever runs it. */
export interface ServedGraph {
  readonly graph: Graph;
  /** RGB bytes [n, side, side, 3]. */
  readonly pixels: GraphTensor;
  /** float32 [n, classes]; their mean where it sees several views of an image. */
  readonly logits: GraphTensor;
  /** softmax(logits / temperature), float32 [n, classes]. */
  readonly probabilities: GraphTensor;
  /** The further columns, float32 [n, columns]; their mean over the views, too. */
  readonly columns: GraphTensor | null;
}

export interface Seeing {
  /** Divides the logits. */
  readonly temperature: number;
  /** How many views of each image the network sees. */
  readonly views: Views;
  /** Where there are two, all views of a batch together must be even. */
  readonly branches: Branches;
  readonly addColumns: AddColumns;
}

/** Completes a graph whose `network` sees pixels [n, side, side, 3] of one view. */
export function serve(
  graph: Graph,
  pixels: GraphTensor,
  network: (part: GraphTensor) => Seen,
  { temperature, views, branches, addColumns }: Seeing,
): ServedGraph {
  const widths = { classes: 0, columns: 0 };
  const joined = addViews(graph, pixels, views, (all) =>
    inBranches(graph, all, branches, (part) => {
      const seen = network(part);
      const columns = addColumns(graph, seen);
      widths.classes = seen.logits.shape[1] ?? 0;
      widths.columns = columns?.shape[1] ?? 0;
      return columns ? concat(graph, 'seen', [seen.logits, columns]) : seen.logits;
    }),
  );
  const { classes, columns } = widths;
  const logits = columns > 0 ? slice(graph, 'seen/logits', joined, [0, 0], [null, classes]) : joined;
  return {
    graph,
    pixels,
    logits,
    probabilities: calibrated(graph, logits, temperature),
    columns: columns > 0 ? slice(graph, 'seen/columns', joined, [0, classes], [null, columns]) : null,
  };
}

/** softmax(logits / temperature), float32 [n, classes]. */
function calibrated(graph: Graph, logits: GraphTensor, temperature: number): GraphTensor {
  const scale = graph.constant('calibrate/scale', Float32Array.of(1 / temperature), []);
  return softmax(graph, 'probabilities', mul(graph, 'calibrate', logits, scale));
}
