import type { LayersModel } from '#models/backend/tensorflow';
import { Graph } from '#models/graph/graph';
import { Session, type Feed } from '#models/graph/session';
import { lowerForTraining } from '#models/lowering/lower';

interface TrainingGraph {
  readonly graph: Graph;
  readonly lowered: ReturnType<typeof lowerForTraining>;
  /** `count` images, float32; `step` decides what dropout drops. */
  readonly feeds: (pixels: Float32Array, count: number, step: number) => Feed[];
  /** A session whose variables hold the model's weights; to be closed. */
  readonly open: () => Session;
}

/** A model lowered for training in a graph of its own, to which more may be added before it is opened. */
export function trainingGraph(
  model: LayersModel,
  side: number,
  trainable: (layerName: string) => boolean,
): TrainingGraph {
  const graph = new Graph();
  const input = graph.placeholder('pixels', 'float32', [null, side, side, 3]);
  const seed = graph.placeholder('seed', 'int32', [2]);
  const lowered = lowerForTraining(graph, model, input, { trainable, seed });
  const set = lowered.variables.map(({ name, variable, initial }) => {
    const tensor = graph.placeholder(`${name}/initial`, 'float32', variable.shape);
    return { feed: { tensor, shape: variable.shape, data: initial }, assign: variable.assign(`${name}/set`, tensor) };
  });
  const initialise = graph.after(
    'initialise',
    set.map(({ assign }) => assign),
  );
  return {
    graph,
    lowered,
    feeds: (pixels, count, step) => [
      { tensor: input, shape: [count, side, side, 3], data: pixels },
      { tensor: seed, shape: [2], data: Int32Array.of(step, 7) },
    ],
    open: () => {
      const session = Session.open(graph);
      session.run(
        set.map(({ feed }) => feed),
        [initialise],
      );
      return session;
    },
  };
}
