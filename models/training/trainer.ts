import { Graph, type GraphTensor } from '../graph/graph';
import { cast } from '../graph/operations/shape';
import { Session, type Feed } from '../graph/session';
import { SessionState } from '../graph/sessionState';
import { lower } from '../lowering/lower';
import { setWeights, valuesOf, weightsIn } from '../pretrained/networkWeights';
import { writeTrainingGraph, type TrainingGraph, type TrainingOptions } from './trainingGraph';

export type TrainerOptions = TrainingOptions;

interface Batch {
  /** [count, side, side, 3]. */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** [count, classes], summing to 1 in a row; they may be soft. */
  readonly labels: Float32Array;
  /** Weight of each image in the loss, [count]. */
  readonly weights: Float32Array;
}

interface StepOptions {
  readonly learningRate: number;
  /** Two int32 that decide what dropout drops and how augmentation draws. */
  readonly seed: readonly [number, number];
}

interface StepResult {
  /** Mean of weight x cross-entropy over the batch, with the penalty on kernels, before the update. */
  readonly loss: number;
  /** Images whose most probable class is that of their label, as augmentation left it. */
  readonly correct: number;
}

/** The network as it is served. */
interface Server {
  readonly session: Session;
  readonly pixels: GraphTensor;
  readonly logits: GraphTensor;
}

/** Key of the number of steps in the state. */
const STEPS = 'trainer/steps';

/** Trains a network by gradients: each step is one run of a TensorFlow graph that holds the weights. Owned by whoever opened it; `close` frees the native memory. */
export class Trainer {
  readonly #options: TrainingOptions;
  readonly #graph: Omit<TrainingGraph, 'state'>;
  readonly #state: SessionState;
  readonly #session: Session;
  #steps = 0;
  /** Written anew once a step has moved the weights. */
  #server: Server | null = null;

  private constructor(options: TrainingOptions) {
    const graph = new Graph();
    // The variables go out of scope here, and with them the graph and what it holds.
    const { state, ...tensors } = writeTrainingGraph(graph, options);
    this.#options = options;
    this.#graph = tensors;
    this.#state = new SessionState(
      graph,
      state.map(({ name, variable }) => [name, variable]),
    );
    this.#session = Session.open(graph);
    const initial = new Map(state.map((each) => [each.name, each.initial]));
    try {
      this.#state.set(this.#session, (name, size) => initial.get(name) ?? new Float32Array(size));
    } catch (error) {
      this.#session.close();
      throw error;
    }
  }

  /** Writes the graph and sets the weights of the model. Throws GraphError where it cannot be trained so, naming the node. */
  static open(options: TrainerOptions): Trainer {
    return new Trainer(options);
  }

  /** Learns from a batch: one update of the weights, in one run a piece. Blocks this thread. */
  step(batch: Batch, { learningRate, seed }: StepOptions): StepResult {
    const { run } = this.#graph;
    this.#stopServing();
    const number = [
      { tensor: this.#graph.learningRate, shape: [], data: Float32Array.of(learningRate) },
      { tensor: this.#graph.step, shape: [], data: Float32Array.of(this.#steps + 1) },
    ];
    let result: StepResult;
    if ('whole' in run) {
      result = this.#piece(batch, 0, batch.count, seed, run.whole, number);
    } else {
      const size = Math.ceil(batch.count / (this.#options.accumulate ?? 1));
      result = this.#piece(batch, 0, Math.min(size, batch.count), seed, run.first, []);
      for (let start = size, index = 1; start < batch.count; start += size, index++) {
        const end = Math.min(start + size, batch.count);
        // The second number may count batches, so that the first tells pieces apart.
        const own = [seed[0] ^ Math.imul(index, 0x9e_37_79_b9), seed[1]] as const;
        const piece = this.#piece(batch, start, end, own, run.more, []);
        result = { loss: result.loss + piece.loss, correct: result.correct + piece.correct };
      }
      this.#session.run(number, [run.apply]);
    }
    this.#steps++;
    return result;
  }

  /** Logits [count, classes] of images [count, side, side, 3] as the network is served: no dropout, no augmentation, the moving average of the weights where one is kept. */
  predict(pixels: Uint8Array, count: number): Float32Array {
    const server = this.#server ?? this.#serve();
    this.#server = server;
    const { side } = this.#options;
    const feed = { tensor: server.pixels, shape: [count, side, side, 3], data: pixels };
    const [logits] = server.session.run([feed], [server.logits]);
    return float32(logits);
  }

  /** All that an exact resume needs, by name: weights, statistics, the optimiser's memory, moving averages, the number of steps. */
  state(): ReadonlyMap<string, Float32Array> {
    const values = this.#state.read(this.#session);
    return new Map([...values, [STEPS, Float32Array.of(this.#steps)]]);
  }

  /** Goes on from `state` of a trainer with the same options. Throws if a value is missing or has another size, naming it. */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    const value = (name: string): Float32Array => {
      const found = state.get(name);
      if (!found) throw new Error(`The state has no ${name}.`);
      return found;
    };
    const steps = value(STEPS)[0] ?? 0;
    this.#stopServing();
    this.#state.set(this.#session, (name, size) => {
      const found = value(name);
      if (found.length === size) return found;
      throw new Error(`${name} has ${String(found.length)} values, not ${String(size)}.`);
    });
    this.#steps = steps;
  }

  /** The weights of the layers that train, as the network is served, by `<layer>/<weight>`. */
  weights(): ReadonlyMap<string, Float32Array> {
    const { served } = this.#graph;
    const keys = new Set(served.values());
    const values = this.#state.read(this.#session, (name) => keys.has(name));
    return new Map([...served].map(([name, key]) => [name, float32(values.get(key))]));
  }

  close(): void {
    this.#stopServing();
    this.#session.close();
  }

  /** Runs images `start` to `end` of a batch. */
  #piece(
    { pixels, count, labels, weights }: Batch,
    start: number,
    end: number,
    seed: readonly [number, number],
    target: GraphTensor,
    number: readonly Feed[],
  ): StepResult {
    const graph = this.#graph;
    const images = end - start;
    const rows = (tensor: GraphTensor, data: Float32Array | Uint8Array): Feed => {
      const shape = [images, ...tensor.shape.slice(1).map(Number)];
      const size = data.length / count;
      return { tensor, shape, data: data.subarray(start * size, end * size) };
    };
    const [loss, correct] = this.#session.run(
      [
        rows(graph.pixels, pixels),
        rows(graph.labels, labels),
        rows(graph.weights, weights),
        { tensor: graph.seed, shape: [2], data: Int32Array.from(seed) },
        { tensor: graph.portion, shape: [], data: Float32Array.of(images / count) },
        ...number,
      ],
      [target, graph.correct],
    );
    return { loss: loss?.[0] ?? NaN, correct: correct?.[0] ?? NaN };
  }

  /** A graph of its own for serving, with the weights as constants: batch norm folds away, and convolutions are packed once. */
  #serve(): Server {
    const { model, side, preprocess } = this.#options;
    const weights = this.weights();
    const kept = valuesOf(new Map([...weightsIn(model)].filter(([name]) => weights.has(name))));
    const graph = new Graph();
    const pixels = graph.placeholder('pixels', 'uint8', [null, side, side, 3]);
    setWeights(model, weights);
    try {
      const input = preprocess(graph, cast(graph, 'values', pixels, 'float32'));
      const logits = lower(graph, model, input).get(model.outputLayers[0]?.name ?? '');
      if (!logits) throw new Error(`${model.name} has no output.`);
      return { session: Session.open(graph), pixels, logits };
    } finally {
      setWeights(model, kept);
    }
  }

  #stopServing(): void {
    this.#server?.session.close();
    this.#server = null;
  }
}

function float32(data: unknown): Float32Array {
  if (!(data instanceof Float32Array)) throw new TypeError('TensorFlow gave no float32.');
  return data;
}
