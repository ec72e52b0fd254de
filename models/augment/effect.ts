import { requireSide, type GraphTensor } from '../graph/graph';
import { randomUniform } from '../graph/operations/random';
import type { Formula } from './formula';

/** Random numbers for one augmentation. */
export interface Draws {
  /** The next number for each image: uniform in [0, 1), float32 [n]. */
  next(): GraphTensor;
  /** The next number for the whole batch: float32 [1]. */
  shared(): GraphTensor;
  /** Numbers of their own for a part that is named, and for other images: those of `pixels` [m, ...]. */
  of(part: string, pixels: GraphTensor): Draws;
}

/** Moves pixels. */
export interface Geometric {
  readonly family: 'geometric';
  /** For each image a matrix that leads from a pixel (x, y, 1) of the result to where it comes from: [n, 3, 3]. */
  readonly matrix: (formula: Formula, draws: Draws, side: number) => GraphTensor;
}

/** Changes colours linearly. */
export interface Colour {
  readonly family: 'colour';
  /** For each image a matrix [n, 4, 4] that the row (red, green, blue, 1) is multiplied by. `mean` gives the image's mean colour as it is by then, such a row [n, 1, 4]. */
  readonly matrix: (formula: Formula, draws: Draws, mean: () => GraphTensor) => GraphTensor;
}

/** Changes pixels in another way. It is given those images alone that it touches, of which there may be none. */
export interface PixelEffect {
  readonly family: 'pixels';
  readonly apply: (formula: Formula, pixels: GraphTensor, draws: Draws) => GraphTensor;
}

/** Mixes each image with another of the batch, `partner` [n, side, side, 3]. */
export interface Mixing {
  readonly family: 'mixing';
  /** Gives the images and the share of the other in each, float32 [n]. */
  readonly apply: (formula: Formula, pixels: GraphTensor, partner: GraphTensor, draws: Draws) => Mixed;
}

export interface Mixed {
  readonly pixels: GraphTensor;
  readonly share: GraphTensor;
}

/** What one augmentation does. */
export type Effect = Geometric | Colour | PixelEffect | Mixing;

/** Draws that hang on a seed (int32 [2]) and on the path alone, which nothing else in the graph may have. */
export class SeededDraws implements Draws {
  readonly #formula: Formula;
  readonly #seed: GraphTensor;
  readonly #path: string;
  readonly #pixels: GraphTensor;
  #count = 0;

  constructor(formula: Formula, seed: GraphTensor, path: string, pixels: GraphTensor) {
    this.#formula = formula;
    this.#seed = seed;
    this.#path = path;
    this.#pixels = pixels;
  }

  next(): GraphTensor {
    return randomUniform(this.#formula.graph, this.#name(), this.#seed, {
      sides: [this.#pixels.shape[0] ?? null],
      like: this.#pixels,
    });
  }

  shared(): GraphTensor {
    return randomUniform(this.#formula.graph, this.#name(), this.#seed, [1]);
  }

  of(part: string, pixels: GraphTensor): Draws {
    return new SeededDraws(this.#formula, this.#seed, `${this.#path}/${part}`, pixels);
  }

  #name(): string {
    return `${this.#path}/draw${String(this.#count++)}`;
  }
}

/** A draw in [0, 1) as one in [-reach, reach). */
export function eitherWay(formula: Formula, draw: GraphTensor, reach: number): GraphTensor {
  return formula.mul(formula.sub(draw, 0.5), 2 * reach);
}

/** Side of the square images [n, side, side, 3]. Throws GraphError where it is not known. */
export function sideOf(pixels: GraphTensor): number {
  return requireSide('augment', pixels, 1);
}
