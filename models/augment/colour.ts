import type { AugmentationOf } from '#shared/domain/augmentation';
import type { GraphTensor } from '../graph/graph';
import { slice } from '../graph/operations/shape';
import { eitherWay, sideOf, type Colour } from './effect';
import type { Formula } from './formula';

// Colours are rows (red, green, blue, 1) and matrices stand to their right, so that the last row of a matrix is what it adds.
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** Shares of red, green and blue in what the eye takes for brightness (ITU-R BT.601, as in Pillow and in TensorFlow's YIQ). */
const LUMA = [0.299, 0.587, 0.114] as const;

/** RGB to YIQ (FCC 1953) as tf.image.rgb_to_yiq has it: rows are red, green, blue; columns Y, I, Q. */
const YIQ = [
  [0.299, 0.59590059, 0.2115],
  [0.587, -0.27455667, -0.52273617],
  [0.114, -0.32134392, 0.31119955],
] as const;
/** Its inverse: rows are Y, I, Q; columns red, green, blue. */
const FROM_YIQ = [
  [1, 1, 1],
  [0.95598634, -0.27201283, -1.10674021],
  [0.6208248, -0.64720424, 1.70423049],
] as const;

/** As keras.layers.RandomBrightness with values from 0 to 255. */
export function brightness({ amount }: { readonly amount: number }): Colour {
  return colour((formula, draws) => {
    const change = eitherWay(formula, draws.next(), 255 * amount);
    return formula.matrix(4, IDENTITY, [{ factor: change, matrix: adding(1, 1, 1) }]);
  });
}

/** Adds a number of its own to each channel. */
export function channelShift({ amount }: AugmentationOf<'channel-shift'>): Colour {
  return colour((formula, draws) => {
    const channels = [adding(1, 0, 0), adding(0, 1, 0), adding(0, 0, 1)];
    const terms = channels.map((matrix) => ({ factor: eitherWay(formula, draws.next(), 255 * amount), matrix }));
    return formula.matrix(4, IDENTITY, terms);
  });
}

/** As tf.image.random_contrast: distances from each channel's mean are multiplied by a factor about 1. */
export function contrast({ amount }: { readonly amount: number }): Colour {
  return colour((formula, draws, mean) => {
    const change = formula.perImage(eitherWay(formula, draws.next(), amount), 3);
    // x + change (x - mean): the identity and change times (identity - the matrix that makes any colour the mean).
    const toMean = formula.mul(formula.constant([0, 0, 0, 1], [4, 1]), mean());
    const difference = formula.sub(formula.constant(IDENTITY, [4, 4]), toMean);
    return formula.add(formula.constant(IDENTITY, [4, 4]), formula.mul(difference, change));
  });
}

/** Turns colours about the grey axis in YIQ, which is linear and keeps brightness; tf.image.adjust_hue turns them the same way in HSV, which is not and does not. */
export function hue({ amount }: { readonly amount: number }): Colour {
  return colour((formula, draws) => {
    const angle = eitherWay(formula, draws.next(), 2 * Math.PI * amount);
    const grey = throughYiq([1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const across = throughYiq([0, 0, 0, 0, 0, -1, 0, 1, 0]);
    // What does not turn is written as what is left of the identity, so that no turn at all leaves colours as they are to the last bit.
    const along = [1, 0, 0, 0, 1, 0, 0, 0, 1].map((each, index) => each - (grey[index] ?? 0));
    const lessTurned = formula.sub(formula.cos(angle), 1);
    return formula.matrix(4, IDENTITY, [
      { factor: lessTurned, matrix: inFour(along) },
      { factor: formula.sin(angle), matrix: inFour(across) },
    ]);
  });
}

/** As Pillow's ImageEnhance.Color with a factor about 1: distances from grey are multiplied by it. */
export function saturation({ amount }: { readonly amount: number }): Colour {
  return colour((formula, draws) => towardsGrey(formula, eitherWay(formula, draws.next(), -amount)));
}

/** As Pillow's ImageEnhance.Color with a factor from 1 - amount to 1. */
export function colourDegeneration({ amount }: AugmentationOf<'colour-degeneration'>): Colour {
  return colour((formula, draws) => towardsGrey(formula, formula.mul(draws.next(), amount)));
}

/** `amount` of the way to the image that Pillow's convert("L") gives. */
export function grayscale({ amount }: AugmentationOf<'grayscale'>): Colour {
  return colour((formula) => towardsGrey(formula, formula.constant([amount], [1])));
}

/** Brightness, contrast, saturation and hue, in this order. */
export function colourJitter(options: AugmentationOf<'colour-jitter'>): Colour {
  const parts = [
    brightness({ amount: options.brightness }),
    contrast({ amount: options.contrast }),
    saturation({ amount: options.saturation }),
    hue({ amount: options.hue }),
  ];
  return colour((formula, draws, mean) => {
    const matrices = parts.map(
      ({ matrix }) =>
        (meanThen: () => GraphTensor) =>
          matrix(formula, draws, meanThen),
    );
    return composed(formula, matrices, mean);
  });
}

/** The product of changes of colour, in their order. Each is given the mean colour that those before it leave. */
export function composed(
  formula: Formula,
  changes: readonly ((mean: () => GraphTensor) => GraphTensor)[],
  mean: () => GraphTensor,
): GraphTensor {
  return (
    changes.reduce<GraphTensor | null>((before, change) => {
      if (!before) return change(mean);
      return formula.matMul(
        before,
        change(() => formula.matMul(mean(), before)),
      );
    }, null) ?? formula.constant(IDENTITY, [1, 4, 4])
  );
}

/** Multiplies each image's colours with its matrix [n, 4, 4] and cuts them to what a pixel can hold. */
export function recolour(formula: Formula, pixels: GraphTensor, matrix: GraphTensor): GraphTensor {
  const rows = formula.reshape(pixels, [pixels.shape[0] ?? null, sideOf(pixels) ** 2, 3]);
  const part = (name: string, begin: readonly number[], sides: readonly number[]): GraphTensor =>
    slice(formula.graph, formula.name(name), matrix, begin, [matrix.shape[0] ?? null, ...sides]);
  const turned = formula.matMul(rows, part('factors', [0, 0, 0], [3, 3]));
  const moved = formula.add(turned, part('added', [0, 3, 0], [1, 3]));
  return formula.reshape(formula.clip(moved, 0, 255), pixels.shape);
}

/** The mean colour of each image as a row (red, green, blue, 1): [n, 1, 4]. */
export function meanColour(formula: Formula, pixels: GraphTensor): GraphTensor {
  const mean = formula.mean(pixels, [1, 2]);
  const wide = formula.matMul(mean, formula.constant([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [3, 4]));
  return formula.reshape(formula.add(wide, formula.constant([0, 0, 0, 1], [4])), [pixels.shape[0] ?? null, 1, 4]);
}

function colour(matrix: Colour['matrix']): Colour {
  return { family: 'colour', matrix };
}

/** A share of the way from each colour to its grey; negative is away from it. */
function towardsGrey(formula: Formula, share: GraphTensor): GraphTensor {
  const difference = LUMA.flatMap((weight, from) => [0, 1, 2].map((to) => weight - (from === to ? 1 : 0)));
  return formula.matrix(4, IDENTITY, [{ factor: share, matrix: inFour(difference) }]);
}

/** RGB to YIQ, there multiplied by `inner` (3 x 3), and back. */
function throughYiq(inner: readonly number[]): number[] {
  const cell = (from: number, to: number): number =>
    [0, 1, 2].reduce(
      (total, i) =>
        total +
        [0, 1, 2].reduce(
          (part, j) => part + (YIQ[from]?.[i] ?? 0) * (inner[i * 3 + j] ?? 0) * (FROM_YIQ[j]?.[to] ?? 0),
          0,
        ),
      0,
    );
  return [0, 1, 2].flatMap((from) => [0, 1, 2].map((to) => cell(from, to)));
}

/** A 3 x 3 matrix of colours with a row and a column of zeros for the 1. */
function inFour(matrix: readonly number[]): number[] {
  return [0, 1, 2, 3].flatMap((from) =>
    [0, 1, 2, 3].map((to) => (from < 3 && to < 3 ? (matrix[from * 3 + to] ?? 0) : 0)),
  );
}

/** The matrix that adds these to red, green and blue. */
function adding(red: number, green: number, blue: number): number[] {
  return [...Array.from({ length: 12 }, () => 0), red, green, blue, 0];
}
