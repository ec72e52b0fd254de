import { join } from 'node:path';
import { temperatureOf, type ModelCard } from '#shared/domain/model';
import type { Precision } from '#shared/domain/precision';
import type { FitRecipe } from '#shared/domain/recipe';
import { FailureError } from '#shared/domain/failure';
import { declareNetwork } from '../architectures/network';
import { Graph, type GraphTensor } from '../graph/graph';
import { relu } from '../graph/operations/activation';
import { biasAdd } from '../graph/operations/convolution';
import { matMul } from '../graph/operations/matMul';
import { readCard } from '../files/modelFolder';
import { assignPretrained } from '../pretrained/assign';
import { loadPretrained } from '../pretrained/load';
import { invalidModel, readWeights, type Weights } from '../files/weightsFile';
import { addFeatures } from './features';
import { networkGraph, type Serving } from './networkGraph';
import { serve, type AddColumns, type Seeing, type Seen, type ServedGraph } from './seen';

/** A model folder as a graph, with its card. */
export interface ModelGraph extends ServedGraph {
  readonly card: ModelCard;
  readonly precision: Precision;
}

interface ModelServing extends Pick<Serving, 'views' | 'branches'> {
  /** float32 if not given. */
  readonly precisionFor?: (card: ModelCard) => Precision;
  /** None if not given. */
  readonly columnsFor?: (card: ModelCard) => AddColumns | Promise<AddColumns>;
}

/**
 * Reads the model in `folder`; `pretrained` is the folder that holds the backbones. In bfloat16 only a model whose card has a temperature for it.
 * FailureError `model-invalid` or `model-mismatch`.
 */
export async function modelGraph(
  folder: string,
  pretrained: string,
  { views = 1, precisionFor = () => 'float32', branches = 1, columnsFor = () => () => null }: ModelServing = {},
): Promise<ModelGraph> {
  const card = await readCard(folder);
  const precision = precisionFor(card);
  const addColumns = await columnsFor(card);
  const weights = await readWeights(folder, card.files);
  const { recipe } = card;
  const serving = { views, precision, branches, addColumns, temperature: temperatureOf(card, precision) };
  const served =
    recipe.kind === 'quick'
      ? await quickGraph(folder, card, weights, pretrained, serving)
      : trainedGraph(folder, card, recipe, weights, serving);
  return { card, precision, ...served };
}

/** A quick model: the head in its folder on the frozen backbone that ships with the program. */
async function quickGraph(
  folder: string,
  card: ModelCard,
  head: Weights,
  pretrained: string,
  seeing: Seeing,
): Promise<ServedGraph> {
  const backbone = await loadPretrained(join(pretrained, card.backbone.name));
  if (backbone.sha256 !== card.backbone.sha256) {
    throw new FailureError(
      'model-mismatch',
      `The model "${card.name}" was trained on another version of ${card.backbone.name}.`,
      'Train it again with this version of Smearscope, or choose another model.',
    );
  }
  return fitting(folder, () => {
    const graph = new Graph();
    const pixels = graph.placeholder('pixels', 'uint8', [null, card.inputSize, card.inputSize, 3]);
    const network = (part: GraphTensor): Seen => {
      const features = addFeatures(graph, part, card.inputSize, backbone);
      return { ...addHead(graph, features, head), blocks: () => features };
    };
    const served = serve(graph, pixels, network, seeing);
    const [, width] = served.logits.shape;
    const classes = card.classIds.length;
    if (width !== classes) throw new Error(`${String(width)} classes in its weights, ${String(classes)} in its card`);
    return served;
  });
}

/** A model with a network of its own: declared by its recipe, with the weights in its folder. */
function trainedGraph(
  folder: string,
  card: ModelCard,
  recipe: FitRecipe,
  weights: Weights,
  serving: Required<Serving>,
): ServedGraph {
  const network = declareNetwork(recipe, card.classIds.length, recipe.seed);
  try {
    return fitting(folder, () => {
      assignPretrained(network.model, { name: card.name, sha256: card.files['weights.bin'] ?? '', weights });
      return networkGraph(recipe, network, serving);
    });
  } finally {
    network.model.dispose();
  }
}

/** What is built of a model's weights; FailureError `model-invalid` where they are not those of its card. */
function fitting(folder: string, build: () => ServedGraph): ServedGraph {
  try {
    return build();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw invalidModel(folder, `does not hold the network of its card (${detail})`);
  }
}

/** The trained head on the features [n, f]: dense, ReLU, dense; gives logits [n, classes] and what they are made of, [n, hidden]. */
function addHead(graph: Graph, features: GraphTensor, head: Weights): Pick<Seen, 'logits' | 'pool'> {
  const dense = (name: string, input: GraphTensor): GraphTensor => {
    const kernel = constant(graph, head, `${name}/kernel`);
    return biasAdd(graph, `${name}/biased`, matMul(graph, name, input, kernel), constant(graph, head, `${name}/bias`));
  };
  const pool = relu(graph, 'head/relu', dense('head/hidden', features));
  return { pool, logits: dense('head/logits', pool) };
}

function constant(graph: Graph, weights: Weights, name: string): GraphTensor {
  const weight = weights.get(name);
  if (!weight) throw new Error(`no weight "${name}"`);
  return graph.constant(name, weight.data, weight.shape);
}
