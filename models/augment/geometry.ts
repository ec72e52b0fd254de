import type { AugmentationOf } from '#shared/domain/augmentation';
import type { GraphTensor } from '../graph/graph';
import { projectiveTransform } from '../graph/operations/image';
import { slice } from '../graph/operations/shape';
import { eitherWay, type Geometric } from './effect';
import type { Formula } from './formula';

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** As keras.layers.RandomFlip, but that the chance can be chosen. */
export function flip({ direction, chance }: AugmentationOf<'flip'>): Geometric {
  return geometric((formula, draws, side) => {
    // x becomes side - 1 - x: its factor goes from 1 to -1, its shift from 0 to side - 1.
    const mirrored = { horizontal: [-2, 0, side - 1, 0, 0, 0, 0, 0, 0], vertical: [0, 0, 0, 0, -2, side - 1, 0, 0, 0] };
    const directions = direction === 'both' ? (['horizontal', 'vertical'] as const) : [direction];
    const terms = directions.map((each) => ({
      factor: formula.select(formula.less(draws.next(), chance), 1, 0),
      matrix: mirrored[each],
    }));
    return formula.matrix(3, IDENTITY, terms);
  });
}

/** As keras.layers.RandomRotation: about the centre, `turn` of a full turn to either side at most. */
export function rotation({ turn }: AugmentationOf<'rotation'>): Geometric {
  return geometric((formula, draws, side) => {
    const angle = eitherWay(formula, draws.next(), 2 * Math.PI * turn);
    return turned(formula, side, formula.cos(angle), formula.sin(angle));
  });
}

/** About the centre by one, two or three quarters, each as likely, or by none. */
export function quarterTurn({ chance }: AugmentationOf<'quarter-turn'>): Geometric {
  return geometric((formula, draws, side) => {
    const draw = draws.next();
    const quarters = formula.add(1, formula.floor(formula.mul(draw, chance === 0 ? 0 : 3 / chance)));
    const angle = formula.mul(formula.select(formula.less(draw, chance), quarters, 0), Math.PI / 2);
    // Whole numbers, so that each pixel comes from one other and none is blurred.
    const whole = (value: GraphTensor): GraphTensor => formula.floor(formula.add(value, 0.5));
    return turned(formula, side, whole(formula.cos(angle)), whole(formula.sin(angle)));
  });
}

/** As keras.layers.RandomTranslation(height, width). */
export function translation({ height, width }: AugmentationOf<'translation'>): Geometric {
  return geometric((formula, draws, side) =>
    formula.matrix(3, IDENTITY, [
      { factor: eitherWay(formula, draws.next(), height), matrix: [0, 0, 0, 0, 0, -side, 0, 0, 0] },
      { factor: eitherWay(formula, draws.next(), width), matrix: [0, 0, -side, 0, 0, 0, 0, 0, 0] },
    ]),
  );
}

/** As keras.layers.RandomZoom(amount), or RandomZoom(amount, amount) with `stretch`: a draw above the middle shows more of the image. */
export function zoom({ amount, stretch }: AugmentationOf<'zoom'>): Geometric {
  return geometric((formula, draws, side) => {
    const vertical = eitherWay(formula, draws.next(), amount);
    const horizontal = stretch ? eitherWay(formula, draws.next(), amount) : vertical;
    return scaled(formula, side, horizontal, vertical);
  });
}

/** Slants columns and rows as keras.layers.RandomShear does, but about the centre of the image and not its corner. */
export function shear({ x, y }: AugmentationOf<'shear'>): Geometric {
  return geometric((formula, draws, side) => {
    const c = (side - 1) / 2;
    return formula.matrix(3, IDENTITY, [
      { factor: eitherWay(formula, draws.next(), x), matrix: [0, 1, -c, 0, 0, 0, 0, 0, 0] },
      { factor: eitherWay(formula, draws.next(), y), matrix: [0, 0, 0, 1, 0, -c, 0, 0, 0] },
    ]);
  });
}

/** A part of random area, ratio of sides and place, shown in full size (Szegedy et al. 2015; torchvision's RandomResizedCrop). */
export function cropAndResize({ amount, stretch }: AugmentationOf<'crop-and-resize'>): Geometric {
  return geometric((formula, draws, side) => {
    const area = formula.sub(1, formula.mul(draws.next(), amount));
    const halfRatio = eitherWay(formula, draws.next(), stretch / 2);
    // sqrt(area) e^(+-ratio / 2); no side of the part is longer than the image's.
    const halfArea = formula.mul(formula.log(area), 0.5);
    const width = formula.min(formula.exp(formula.add(halfArea, halfRatio)), 1);
    const height = formula.min(formula.exp(formula.sub(halfArea, halfRatio)), 1);
    const place = (part: GraphTensor): GraphTensor =>
      formula.mul(formula.sub(1, part), eitherWay(formula, draws.next(), 0.5));
    const moved = formula.matrix(3, IDENTITY, [
      { factor: place(width), matrix: [0, 0, side, 0, 0, 0, 0, 0, 0] },
      { factor: place(height), matrix: [0, 0, 0, 0, 0, side, 0, 0, 0] },
    ]);
    return formula.matMul(moved, scaled(formula, side, formula.sub(width, 1), formula.sub(height, 1)));
  });
}

/** Resamples each image once, where its matrix [n, 3, 3] leads. */
export function resample(formula: Formula, pixels: GraphTensor, matrix: GraphTensor): GraphTensor {
  const batch = matrix.shape[0] ?? null;
  const flat = formula.reshape(matrix, [batch, 9]);
  const transforms = slice(formula.graph, formula.name('transforms'), flat, [0, 0], [batch, 8]);
  return projectiveTransform(formula.graph, formula.name('resampled'), pixels, transforms);
}

function geometric(matrix: Geometric['matrix']): Geometric {
  return { family: 'geometric', matrix };
}

/** Turned about the centre. */
function turned(formula: Formula, side: number, cosine: GraphTensor, sine: GraphTensor): GraphTensor {
  const c = (side - 1) / 2;
  return formula.matrix(
    3,
    [0, 0, c, 0, 0, c, 0, 0, 1],
    [
      { factor: cosine, matrix: [1, 0, -c, 0, 1, -c, 0, 0, 0] },
      { factor: sine, matrix: [0, -1, c, 1, 0, -c, 0, 0, 0] },
    ],
  );
}

/** x and y lie 1 + their change times as far from the centre. */
function scaled(formula: Formula, side: number, x: GraphTensor, y: GraphTensor): GraphTensor {
  const c = (side - 1) / 2;
  return formula.matrix(3, IDENTITY, [
    { factor: x, matrix: [1, 0, -c, 0, 0, 0, 0, 0, 0] },
    { factor: y, matrix: [0, 0, 0, 0, 1, -c, 0, 0, 0] },
  ]);
}
