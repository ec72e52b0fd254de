import type { AugmentationOf } from '#shared/domain/augmentation';
import type { GraphTensor } from '../graph/graph';
import { depthwiseConv2d } from '../graph/operations/depthwiseConvolution';
import { eitherWay, sideOf, type PixelEffect } from './effect';

/** Pillow's ImageFilter.SMOOTH, whose sum is 13. */
const SMOOTH = [1, 1, 1, 1, 5, 1, 1, 1, 1];

/** As Pillow's ImageEnhance.Sharpness with a factor from 1 - amount to 1 + amount; like there, the outermost pixels stay as they are. */
export function sharpness({ amount }: AugmentationOf<'sharpness'>): PixelEffect {
  return {
    family: 'pixels',
    apply: (formula, pixels, draws) => {
      const { graph } = formula;
      // The image less its smoothed version, in one convolution.
      const detail = SMOOTH.map((weight, index) => (index === 4 ? 1 : 0) - weight / 13);
      const filter = formula.constant(
        detail.flatMap((weight) => [weight, weight, weight]),
        [3, 3, 3, 1],
      );
      const whole = depthwiseConv2d(graph, formula.name('detail'), pixels, filter, { stride: 1, padding: 'SAME' });
      const side = sideOf(pixels);
      const isInner = (at: number): boolean => at > 0 && at < side - 1;
      const inner = Array.from({ length: side * side * 3 }, (_, at) => {
        const pixel = Math.floor(at / 3);
        return isInner(pixel % side) && isInner(Math.floor(pixel / side)) ? 1 : 0;
      });
      const detailInside = formula.mul(whole, formula.constant(inner, [side, side, 3]));
      const change = formula.perImage(eitherWay(formula, draws.next(), amount));
      return formula.clip(formula.add(pixels, formula.mul(detailInside, change)), 0, 255);
    },
  };
}

/**
 * A Gaussian whose standard deviation is up to `sigma` of the side, drawn for each image; beyond the border the image goes on mirrored (SciPy's gaussian_filter, mode "reflect").
 * Blurring a line is a product with a matrix of weights, so that each image can have its own.
 */
export function blur({ sigma }: AugmentationOf<'blur'>): PixelEffect {
  return {
    family: 'pixels',
    apply: (formula, pixels, draws) => {
      const side = sideOf(pixels);
      const batch = pixels.shape[0] ?? null;
      const deviation = formula.perImage(formula.mul(draws.next(), sigma * side), 3);
      // Too small a deviation would divide by zero; at this one the neighbours' weight is zero.
      const falloff = formula.div(-0.5, formula.max(formula.mul(deviation, deviation), 1e-3));
      const image = (distance: (from: number, to: number) => number): GraphTensor => {
        const squares = Array.from({ length: side * side }, (_, at) => distance(Math.floor(at / side), at % side) ** 2);
        return formula.exp(formula.mul(formula.constant(squares, [1, side, side]), falloff));
      };
      const near = image((from, to) => from - to);
      const before = image((from, to) => from + to + 1);
      const after = image((from, to) => 2 * side - 1 - from - to);
      const weights = formula.add(near, formula.add(before, after));
      const lines = formula.div(weights, formula.mul(formula.mean(weights, [2], true), side));
      /** Blurs columns and gives the image lying on its side. */
      const pass = (input: GraphTensor): GraphTensor => {
        const blurred = formula.matMul(lines, formula.reshape(input, [batch, side, side * 3]));
        return formula.transpose(formula.reshape(blurred, [batch, side, side, 3]), [0, 2, 1, 3]);
      };
      return pass(pass(pixels));
    },
  };
}
