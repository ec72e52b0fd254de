import type { ModelCard } from '#shared/domain/model';
import { asStored, encodeWeights, readWeights, type Weight, type Weights } from '../files/weightsFile';
import type { Graph, GraphTensor } from '../graph/graph';
import { add, maximum, mul, scalar, sqrt, square, sub } from '../graph/operations/arithmetic';
import { exp, log } from '../graph/operations/elementwise';
import { extreme } from '../graph/operations/image';
import { matMul } from '../graph/operations/matMul';
import { sum } from '../graph/operations/reduction';
import { concat } from '../graph/operations/shape';
import type { AddColumns, Seen } from './seen';

/** What a model learned from, as far as it takes to say how unlike it an image is. */
export interface Reference {
  /** Features of the blocks to a space in which the classes of the training images have one spread, the same in every direction: projection [features, directions], then less the offset. */
  readonly projection: Weight;
  readonly offset: Weight;
  /** The classes there, [classes, directions]. */
  readonly centres: Weight;
  /** Mean of the pool [width], and the directions [width, directions] in which it varies most. */
  readonly poolMean: Weight;
  readonly poolDirections: Weight;
  /** [1]: brings the distance from these directions to the size of a logit. */
  readonly poolScale: Weight;
}

const PARTS = ['projection', 'offset', 'centres', 'poolMean', 'poolDirections', 'poolScale'] as const;
const FILE = 'reference';

/**
 * The columns by which a model's images are found unfamiliar, greater for stranger ones: `picture` and `class` by its reference. A model without one has the negative of its familiarity alone.
 * Each is taken of a view and its mean over the views is judged, so that more views leave the mean where it is and one limit fits any number of them.
 * FailureError `model-invalid` where the reference's file is not the one of the card.
 */
export async function scoresOf(folder: string, card: ModelCard): Promise<AddColumns> {
  if (!card.familiarity) return (graph, { logits }) => energy(graph, logits);
  const reference = decodeReference(await readWeights(folder, card.files, FILE));
  return (graph, seen) => addScores(graph, seen, reference);
}

/** Adds the scores `picture` and `class`, float32 [n, 2]. */
export function addScores(graph: Graph, seen: Seen, reference: Reference): GraphTensor {
  return concat(graph, 'scores', [distance(graph, seen.blocks(), reference), virtualLogit(graph, seen, reference)]);
}

/** The bytes of a reference, by file name: in float16, as `referenceAsStored`. */
export function encodeReference(reference: Reference): Map<string, Uint8Array> {
  return encodeWeights(weightsOf(reference), 'float16', FILE);
}

/** The reference with the values that it is stored with. */
export function referenceAsStored(reference: Reference): Reference {
  return decodeReference(asStored(weightsOf(reference), 'float16'));
}

function weightsOf(reference: Reference): Weights {
  return new Map(PARTS.map((part) => [part, reference[part]]));
}

function decodeReference(weights: Weights): Reference {
  const part = (name: (typeof PARTS)[number]): Weight => {
    const weight = weights.get(name);
    if (!weight) throw new Error(`The reference has no "${name}".`);
    return weight;
  };
  const [projection, offset, centres] = [part('projection'), part('offset'), part('centres')];
  const [poolMean, poolDirections, poolScale] = [part('poolMean'), part('poolDirections'), part('poolScale')];
  return { projection, offset, centres, poolMean, poolDirections, poolScale };
}

/** The distance to the nearest class (Mahalanobis' with one covariance for all: Lee et al. 2018, "A simple unified framework for detecting out-of-distribution samples"), [n, 1]. */
function distance(graph: Graph, blocks: GraphTensor, { projection, offset, centres }: Reference): GraphTensor {
  const projected = matMul(graph, 'picture/projected', blocks, constant(graph, 'picture/projection', projection));
  const place = sub(graph, 'picture/place', projected, constant(graph, 'picture/offset', offset));
  const to = constant(graph, 'picture/centres', centres);
  const products = matMul(graph, 'picture/products', place, to, { right: true });
  // |place - centre|^2 = |place|^2 - 2 place . centre + |centre|^2, of which the last two hang on the class.
  const [classes = 0, directions = 0] = centres.shape;
  const half = Float32Array.from({ length: classes }, (_, row) =>
    centres.data
      .subarray(row * directions, (row + 1) * directions)
      .reduce((total, each) => total + (each * each) / 2, 0),
  );
  const nearest = extreme(
    graph,
    'Max',
    'picture/nearest',
    sub(graph, 'picture/compared', products, graph.constant('picture/half', half, [classes])),
    [1],
  );
  const squared = sum(graph, 'picture/squared', square(graph, 'picture/square', place), [1], true);
  const twice = mul(graph, 'picture/twice', nearest, scalar(graph, 'picture/two', 2));
  return root(graph, 'picture', sub(graph, 'picture/distance', squared, twice));
}

/** The virtual logit, by which the distance from the directions of the training images exceeds what the classes say (ViM: Wang et al. 2022), as its logarithm: scale x distance - logsumexp(logits), [n, 1]. */
function virtualLogit(graph: Graph, { pool, logits }: Seen, reference: Reference): GraphTensor {
  const { poolMean, poolDirections, poolScale } = reference;
  const centred = sub(graph, 'class/centred', pool, constant(graph, 'class/mean', poolMean));
  const within = matMul(graph, 'class/within', centred, constant(graph, 'class/directions', poolDirections));
  const all = sum(graph, 'class/all', square(graph, 'class/all_square', centred), [1], true);
  const explained = sum(graph, 'class/explained', square(graph, 'class/explained_square', within), [1], true);
  const residual = root(graph, 'class/residual', sub(graph, 'class/rest', all, explained));
  const scaled = mul(graph, 'class/scaled', residual, scalar(graph, 'class/scale', poolScale.data[0] ?? 0));
  return add(graph, 'class', scaled, energy(graph, logits));
}

/** -log(sum(exp(logits))), [n, 1]: Liu et al. 2020, "Energy-based out-of-distribution detection". */
function energy(graph: Graph, logits: GraphTensor): GraphTensor {
  const most = extreme(graph, 'Max', 'energy/most', logits, [1]);
  const powers = exp(graph, 'energy/powers', sub(graph, 'energy/shifted', logits, most));
  const excess = log(graph, 'energy/excess', sum(graph, 'energy/sum', powers, [1], true));
  return mul(graph, 'energy', add(graph, 'energy/familiarity', most, excess), scalar(graph, 'energy/sign', -1));
}

/** The square root, of 0 where rounding took it below. */
function root(graph: Graph, name: string, squared: GraphTensor): GraphTensor {
  return sqrt(graph, name, maximum(graph, `${name}/positive`, squared, scalar(graph, `${name}/zero`, 0)));
}

function constant(graph: Graph, name: string, { data, shape }: Weight): GraphTensor {
  return graph.constant(name, data, shape);
}
