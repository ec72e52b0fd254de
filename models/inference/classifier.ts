import { join } from 'node:path';
import { modelCardSchema, type ModelCard } from '#shared/domain/model';
import { FailureError } from '#shared/ipc/failure';
import { Graph, type GraphTensor } from '../graph/graph';
import { relu, softmax } from '../graph/operations/activation';
import { mul } from '../graph/operations/arithmetic';
import { biasAdd } from '../graph/operations/convolution';
import { matMul } from '../graph/operations/matMul';
import { Session } from '../graph/session';
import { loadPretrained } from '../pretrained/load';
import { invalidModel, readModelFile, readWeights, type Weights } from '../pretrained/weightsFile';
import { addFeatures } from './features';

/** Images a run of the graph takes at most; larger ones gain nothing on a processor and cost memory. */
export const BATCH = 32;

/** Reads and checks a model folder's card. FailureError `model-invalid` says what is wrong. */
export async function readCard(folder: string): Promise<ModelCard> {
  const path = join(folder, 'card.json');
  const text = (await readModelFile(path)).toString('utf8');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw invalidModel(path, 'is cut or no JSON');
  }
  const card = modelCardSchema.safeParse(content);
  if (!card.success) throw invalidModel(path, `is no model card (${card.error.issues[0]?.path.join('.') ?? ''})`);
  return card.data;
}

/** A model ready to run: one graph from pixels to calibrated probabilities. Owned by whoever opened it; `close` frees it. */
export class Classifier {
  readonly card: ModelCard;
  readonly #session: Session;
  readonly #pixels: GraphTensor;
  readonly #probabilities: GraphTensor;

  private constructor(card: ModelCard, session: Session, pixels: GraphTensor, probabilities: GraphTensor) {
    this.card = card;
    this.#session = session;
    this.#pixels = pixels;
    this.#probabilities = probabilities;
  }

  /** Loads the model in `folder`; `pretrained` is the folder that holds the backbones. FailureError `model-invalid` or `model-mismatch`. */
  static async open(folder: string, pretrained: string): Promise<Classifier> {
    const card = await readCard(folder);
    const [head, backbone] = await Promise.all([
      readWeights(folder, card.files),
      loadPretrained(join(pretrained, card.backbone.name)),
    ]);
    if (backbone.sha256 !== card.backbone.sha256) {
      throw new FailureError(
        'model-mismatch',
        `The model "${card.name}" was trained on another version of ${card.backbone.name}.`,
        'Train it again with this version of Smearscope, or choose another model.',
      );
    }
    const graph = new Graph();
    const pixels = graph.placeholder('pixels', 'uint8', [null, card.inputSize, card.inputSize, 3]);
    const logits = addHead(graph, addFeatures(graph, pixels, card.inputSize, backbone), head);
    const scale = graph.constant('calibrate/scale', Float32Array.of(1 / card.temperature), []);
    const probabilities = softmax(graph, 'probabilities', mul(graph, 'calibrate', logits, scale));
    return new Classifier(card, Session.open(graph), pixels, probabilities);
  }

  /** Calibrated probabilities float32 [count, classes], row-major, of RGB bytes [count, inputSize, inputSize, 3]. Blocks this thread while the graph runs. */
  classify(pixels: Uint8Array, count: number): Float32Array {
    const side = this.card.inputSize;
    const [result] = this.#session.run(
      [{ tensor: this.#pixels, shape: [count, side, side, 3], data: pixels }],
      [this.#probabilities],
    );
    if (!(result instanceof Float32Array)) throw new Error('The classifier gave no probabilities.');
    return result;
  }

  close(): void {
    this.#session.close();
  }
}

/** The trained head on the features [n, f]: dense, ReLU, dense; gives logits [n, classes]. */
function addHead(graph: Graph, features: GraphTensor, head: Weights): GraphTensor {
  const dense = (name: string, input: GraphTensor): GraphTensor => {
    const kernel = constant(graph, head, `${name}/kernel`);
    return biasAdd(graph, `${name}/biased`, matMul(graph, name, input, kernel), constant(graph, head, `${name}/bias`));
  };
  return dense('head/logits', relu(graph, 'head/relu', dense('head/hidden', features)));
}

function constant(graph: Graph, weights: Weights, name: string): GraphTensor {
  const weight = weights.get(name);
  if (!weight) throw new FailureError('model-invalid', `The model has no weight "${name}".`, 'Choose another model.');
  return graph.constant(name, weight.data, weight.shape);
}
