import type { AugmentationOf } from '#shared/domain/augmentation';
import { betaQuantile } from '#shared/statistics/binomial';
import type { GraphTensor } from '../graph/graph';
import { gather } from '../graph/operations/selection';
import { cast } from '../graph/operations/shape';
import { sideOf, type Mixing } from './effect';
import type { Formula } from './formula';
import { crossing, near } from './region';

/** Places at which the distribution of shares is tabulated. */
const QUANTILES = 1024;

/** mixup (Zhang et al. 2018), the other image always being the one of which there is less. */
export function mixUp({ share, alpha }: AugmentationOf<'mix-up'>): Mixing {
  return {
    family: 'mixing',
    apply: (formula, pixels, partner, draws) => {
      const other = formula.mul(smallerShare(formula, draws.next(), alpha), 2 * share);
      return { pixels: formula.blend(pixels, partner, formula.perImage(other)), share: other };
    },
  };
}

/** CutMix (Yun et al. 2019): a square of random area and place, cut at the border. The share is that of the pixels that were really replaced. */
export function cutMix({ share, alpha }: AugmentationOf<'cut-mix'>): Mixing {
  return {
    family: 'mixing',
    apply: (formula, pixels, partner, draws) => {
      const side = sideOf(pixels);
      const batch = pixels.shape[0] ?? null;
      const area = formula.mul(smallerShare(formula, draws.next(), alpha), 2 * share);
      // Half the square's side is sqrt(area) / 2 of the image's, through logarithms; an area of 0 leaves it without a pixel.
      const half = formula.mul(formula.exp(formula.mul(formula.log(formula.max(area, 1e-12)), 0.5)), side / 2);
      const inside = (): GraphTensor => near(formula, side, formula.mul(draws.next(), side), half);
      const cut = crossing(formula, inside(), inside());
      const replaced = formula.mean(formula.select(cut, 1, 0), [1, 2, 3]);
      return { pixels: formula.select(cut, partner, pixels), share: formula.reshape(replaced, [batch]) };
    },
  };
}

/** A share from Beta(alpha, alpha), or 1 less it where that is smaller: 0 to 1/2. By inversion, from a table of quantiles. */
function smallerShare(formula: Formula, draw: GraphTensor, alpha: number): GraphTensor {
  // The smaller of the two halves of a symmetric distribution: u in [0, 1) is its quantile at u / 2.
  const table = Array.from({ length: QUANTILES }, (_, index) =>
    betaQuantile((index + 0.5) / QUANTILES / 2, alpha, alpha),
  );
  const place = cast(formula.graph, formula.name('place'), formula.mul(draw, QUANTILES), 'int32');
  return gather(formula.graph, formula.name('share'), formula.constant(table, [QUANTILES]), place);
}
