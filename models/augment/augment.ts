import type { Augmentation } from '#shared/domain/augmentation';
import type { AugmentationPipeline, AugmentationStep } from '#shared/domain/augmentationPipeline';
import { requireRank, requireSide, requireType, type Graph, type GraphTensor } from '../graph/graph';
import { batchOf } from '../graph/operations/broadcast';
import { addIntegers, floorMod } from '../graph/operations/elementwise';
import { gather, greatest, range, replaceRows, rowsWhere, unstack } from '../graph/operations/selection';
import { cast } from '../graph/operations/shape';
import { augMix, randAugmentStep } from './automatic';
import * as colour from './colour';
import {
  SeededDraws,
  sideOf,
  type Colour,
  type Draws,
  type Effect,
  type Geometric,
  type Mixing,
  type PixelEffect,
} from './effect';
import { blur, sharpness } from './filter';
import { Formula } from './formula';
import * as geometry from './geometry';
import { cutMix, mixUp } from './mixing';
import { cutOut, gridMask } from './occlusion';
import { stainJitter } from './stain';
import { stainingOf } from './staining';
import { autoContrast, equalise, posterise, solarise } from './tone';

/** One augmentation of a pipeline in the graph. */
interface Action {
  readonly effect: Effect;
  readonly formula: Formula;
  readonly draws: Draws;
  /** The images that it touches, bool [n]; null: all. */
  readonly gate: GraphTensor | null;
}

type ActionOf<E extends Effect> = Action & { readonly effect: E };

/** How labels are mixed: for each image the number of another (int32 [n]) and the share of its label (float32 [n]). */
interface Mix {
  readonly partners: GraphTensor;
  readonly share: GraphTensor;
}

/** Images of a batch with their labels, both of one batch side. */
export interface Batch {
  /** float32 [n, side, side, 3], 0 to 255. */
  readonly pixels: GraphTensor;
  /** float32 [n, classes], each row summing to 1. */
  readonly labels: GraphTensor;
}

interface Context {
  readonly formula: Formula;
  readonly draws: Draws;
  /** Number of the batch in the run, int32 scalar. */
  readonly batchIndex: GraphTensor;
}

/**
 * Adds a pipeline to a graph. `pixels` float32 [n, side, side, 3], 0 to 255; `labels` float32 [n, classes]; gives the same shapes and, to within rounding, ranges.
 * `seed` int32 [2], fed per step: a number of the run, and that of the batch in the run, from 0. Equal seeds, pixels and pipelines give equal results; nothing else has a say.
 * Throws where a staining is still to be estimated: see withStaining.
 */
export function addAugmentation(
  graph: Graph,
  { pixels, labels, seed }: Batch & { readonly seed: GraphTensor },
  pipeline: AugmentationPipeline,
): Batch {
  requireType('augment', 'float32', pixels, labels);
  requireType('augment', 'int32', seed);
  requireRank('augment', labels, 2);
  if (requireSide('augment', pixels, 2) !== sideOf(pixels)) throw new Error('Images to augment are square.');
  const formula = new Formula(graph, 'augment');
  const [, batchIndex] = unstack(graph, formula.name('seed'), seed, 0);
  if (!batchIndex) throw new Error('A seed has two numbers.');
  const draws = new SeededDraws(formula, seed, 'augment', pixels);
  const result = augmented({ formula, draws, batchIndex }, pixels, pipeline.steps);
  return {
    pixels: result.pixels,
    labels: result.mixes.reduce((before, mix) => mixedLabels(formula, before, mix), labels),
  };
}

/** Geometric augmentations first, as one resampling; then the others in their order, neighbouring changes of colour as one. */
function augmented(
  context: Context,
  given: GraphTensor,
  steps: readonly AugmentationStep[],
): { readonly pixels: GraphTensor; readonly mixes: readonly Mix[] } {
  const { formula } = context;
  const actions = actionsOf(context, given, steps, null);
  const moves = actions.flatMap(({ effect, ...rest }) => (effect.family === 'geometric' ? [{ effect, ...rest }] : []));
  let pixels = moves.length > 0 ? geometry.resample(formula, given, composedMoves(moves, sideOf(given))) : given;
  const mixes: Mix[] = [];
  let changes: ActionOf<Colour>[] = [];
  const recolour = (): void => {
    if (changes.length > 0) pixels = recoloured(formula, pixels, changes);
    changes = [];
  };
  for (const { effect, ...rest } of actions) {
    if (effect.family === 'geometric') continue;
    if (effect.family === 'colour') {
      changes.push({ effect, ...rest });
      continue;
    }
    recolour();
    if (effect.family === 'pixels') pixels = onTouched({ effect, ...rest }, pixels);
    else {
      const { mix, ...mixed } = mixedPixels({ effect, ...rest }, pixels);
      pixels = mixed.pixels;
      mixes.push(mix);
    }
  }
  recolour();
  return { pixels, mixes };
}

/** The actions of all steps in their order. `outer` says in which images any of them may act. */
function actionsOf(
  context: Context,
  pixels: GraphTensor,
  steps: readonly AugmentationStep[],
  outer: GraphTensor | null,
): Action[] {
  return steps.flatMap((step, number) => {
    const draws = context.draws.of(`step${String(number)}`, pixels);
    const gates = stepGates(context, draws, step);
    return step.augmentations.flatMap((augmentation, index) => {
      const part = `${String(index)}_${augmentation.kind}`;
      const inner = {
        ...context,
        draws: draws.of(part, pixels),
        formula: context.formula.at(`${String(number)}/${part}`),
      };
      const gate = imageGate(inner, augmentation, both(inner.formula, outer, gates[index] ?? null));
      if (augmentation.kind === 'rand-augment') return actionsOf(inner, pixels, [randAugmentStep(augmentation)], gate);
      return [{ effect: effectOf(augmentation, inner), formula: inner.formula, draws: inner.draws, gate }];
    });
  });
}

/** For each augmentation of a step where the step lets it act: bool [1] or [n], or null for everywhere. */
function stepGates(
  { formula, batchIndex }: Context,
  draws: Draws,
  step: AugmentationStep,
): readonly (GraphTensor | null)[] {
  switch (step.when) {
    case 'always':
      return [];
    case 'batches': {
      const { graph } = formula;
      const whole = (value: number): GraphTensor => graph.constant(formula.name('batches'), Int32Array.of(value), [1]);
      const since = addIntegers(graph, formula.name('since'), batchIndex, whole(-step.first));
      const left = floorMod(graph, formula.name('left'), since, whole(step.every));
      const isNone = (value: GraphTensor): GraphTensor =>
        formula.less(cast(graph, formula.name('float'), value, 'float32'), 0.5);
      const hasBegun = formula.greaterEqual(cast(graph, formula.name('float'), since, 'float32'), 0);
      const gate = formula.and(isNone(left), hasBegun);
      return step.augmentations.map(() => gate);
    }
    case 'chance': {
      const gate = formula.less(draws.shared(), step.probability);
      return step.augmentations.map(() => gate);
    }
    case 'some': {
      const count = step.augmentations.length;
      if (step.choose >= count) return [];
      // Those of the greatest of as many random numbers as there are augmentations.
      const keys = step.augmentations.map(() => (step.each === 'image' ? draws.next() : draws.shared()));
      const best = greatest(formula.graph, formula.name('best'), formula.stack(keys, 1), step.choose);
      const [least] = unstack(formula.graph, formula.name('ranks'), best, 1).slice(-1);
      return least ? keys.map((key) => formula.greaterEqual(key, least)) : [];
    }
  }
}

/** Where a step's gate and the augmentation's own probability let it act, bool [n]; null: everywhere. */
function imageGate(
  { formula, draws }: Context,
  augmentation: Augmentation,
  step: GraphTensor | null,
): GraphTensor | null {
  const probability = 'probability' in augmentation ? augmentation.probability : 1;
  if (probability === 1 && step === null) return null;
  return both(formula, formula.less(draws.next(), probability), step);
}

function both(formula: Formula, left: GraphTensor | null, right: GraphTensor | null): GraphTensor | null {
  return left && right ? formula.and(left, right) : (left ?? right);
}

/** The matrix [n, 3, 3] that leads from the last image's pixels back through all moves to the first's. */
function composedMoves(moves: readonly ActionOf<Geometric>[], side: number): GraphTensor {
  const matrices = moves.map(({ effect, formula, draws, gate }) =>
    whereGate(formula, gate, effect.matrix(formula, draws, side), 3),
  );
  return matrices.reduce((before, next, index) => moves[index]?.formula.matMul(before, next) ?? next);
}

function recoloured(formula: Formula, pixels: GraphTensor, changes: readonly ActionOf<Colour>[]): GraphTensor {
  let measured: GraphTensor | null = null;
  const mean = (): GraphTensor => (measured ??= colour.meanColour(formula, pixels));
  const matrices = changes.map(
    ({ effect, formula: own, draws, gate }) =>
      (meanThen: () => GraphTensor) =>
        whereGate(own, gate, effect.matrix(own, draws, meanThen), 4),
  );
  return colour.recolour(formula, pixels, colour.composed(formula, matrices, mean));
}

/** The matrix where the gate is open, elsewhere the identity. */
function whereGate(formula: Formula, gate: GraphTensor | null, matrix: GraphTensor, size: number): GraphTensor {
  if (!gate) return matrix;
  const identity = Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
  return formula.select(formula.perImage(gate, 3), matrix, formula.constant(identity, [size, size]));
}

/** Takes the images that are touched out, changes them, and puts them back: what is not touched costs nothing. */
function onTouched({ effect, formula, draws, gate }: ActionOf<PixelEffect>, pixels: GraphTensor): GraphTensor {
  if (!gate) return effect.apply(formula, pixels, draws);
  const { graph } = formula;
  const rows = rowsWhere(graph, formula.name('touched'), gate);
  const touched = gather(graph, formula.name('taken'), pixels, formula.reshape(rows, [null]));
  const changed = effect.apply(formula, touched, draws.of('touched', touched));
  return replaceRows(graph, formula.name('put_back'), pixels, rows, changed);
}

/** Each image is mixed with the one a random number of places further on in the batch. */
function mixedPixels(
  { effect, formula, draws, gate }: ActionOf<Mixing>,
  pixels: GraphTensor,
): { pixels: GraphTensor; mix: Mix } {
  const { graph } = formula;
  const count = batchOf(graph, formula.name('count'), pixels);
  const others = formula.sub(cast(graph, formula.name('float_count'), count, 'float32'), 1);
  const skipped = cast(graph, formula.name('skipped'), formula.mul(draws.shared(), others), 'int32');
  const one = graph.constant(formula.name('one'), Int32Array.of(1), []);
  const rows = addIntegers(
    graph,
    formula.name('next'),
    range(graph, formula.name('rows'), count, pixels.shape[0] ?? null),
    one,
  );
  const partners = floorMod(
    graph,
    formula.name('partners'),
    addIntegers(graph, formula.name('further'), rows, skipped),
    count,
  );
  const partner = gather(graph, formula.name('partner'), pixels, partners);
  const result = effect.apply(formula, pixels, partner, draws);
  const share = gate ? formula.select(gate, result.share, 0) : result.share;
  return {
    pixels: gate ? formula.select(formula.perImage(gate), result.pixels, pixels) : result.pixels,
    mix: { partners, share },
  };
}

function mixedLabels(formula: Formula, labels: GraphTensor, { partners, share }: Mix): GraphTensor {
  const partner = gather(formula.graph, formula.name('partner_labels'), labels, partners);
  return formula.blend(labels, partner, formula.perImage(share, 2));
}

function effectOf(augmentation: Exclude<Augmentation, { kind: 'rand-augment' }>, context: Context): Effect {
  switch (augmentation.kind) {
    case 'flip':
      return geometry.flip(augmentation);
    case 'rotation':
      return geometry.rotation(augmentation);
    case 'quarter-turn':
      return geometry.quarterTurn(augmentation);
    case 'translation':
      return geometry.translation(augmentation);
    case 'zoom':
      return geometry.zoom(augmentation);
    case 'shear':
      return geometry.shear(augmentation);
    case 'crop-and-resize':
      return geometry.cropAndResize(augmentation);
    case 'brightness':
      return colour.brightness(augmentation);
    case 'channel-shift':
      return colour.channelShift(augmentation);
    case 'contrast':
      return colour.contrast(augmentation);
    case 'hue':
      return colour.hue(augmentation);
    case 'saturation':
      return colour.saturation(augmentation);
    case 'colour-jitter':
      return colour.colourJitter(augmentation);
    case 'colour-degeneration':
      return colour.colourDegeneration(augmentation);
    case 'grayscale':
      return colour.grayscale(augmentation);
    case 'sharpness':
      return sharpness(augmentation);
    case 'blur':
      return blur(augmentation);
    case 'equalise':
      return equalise(augmentation);
    case 'auto-contrast':
      return autoContrast(augmentation);
    case 'posterise':
      return posterise(augmentation);
    case 'solarise':
      return solarise(augmentation);
    case 'cut-out':
      return cutOut(augmentation);
    case 'grid-mask':
      return gridMask(augmentation);
    case 'stain-jitter':
      return stainJitter(augmentation, stainingOf(augmentation));
    case 'mix-up':
      return mixUp(augmentation);
    case 'cut-mix':
      return cutMix(augmentation);
    case 'aug-mix':
      return augMix(
        augmentation,
        (formula, pixels, draws, step) => augmented({ ...context, formula, draws }, pixels, [step]).pixels,
      );
  }
}
