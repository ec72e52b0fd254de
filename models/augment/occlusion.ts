import type { AugmentationOf } from '#shared/domain/augmentation';
import type { GraphTensor } from '../graph/graph';
import { eitherWay, sideOf, type Draws, type PixelEffect } from './effect';
import type { Formula } from './formula';
import { crossing, middles, near } from './region';

/** Cutout (DeVries & Taylor 2017): a square about a random point, cut at the border, gets the image's mean colour. */
export function cutOut({ size }: AugmentationOf<'cut-out'>): PixelEffect {
  return hiding((formula, draws, side) => near(formula, side, formula.mul(draws.next(), side), (size * side) / 2));
}

/** GridMask (Chen et al. 2020): squares at equal distances get the image's mean colour; the grid's place and, by a quarter, its distances are random. */
export function gridMask({ units, size }: AugmentationOf<'grid-mask'>): PixelEffect {
  return hiding((formula, draws, side) => {
    const distance = formula.mul(formula.add(eitherWay(formula, draws.next(), 0.25), 1), side / units);
    const cells = formula.div(middles(formula, side), formula.perImage(distance, 2));
    const moved = formula.add(cells, formula.perImage(draws.next(), 2));
    return formula.less(formula.sub(moved, formula.floor(moved)), size);
  });
}

/** Hides the pixels whose row and whose column `choose` chooses, drawn apart: bool [n, side]. */
function hiding(choose: (formula: Formula, draws: Draws, side: number) => GraphTensor): PixelEffect {
  return {
    family: 'pixels',
    apply: (formula, pixels, draws) => {
      const side = sideOf(pixels);
      const hidden = crossing(formula, choose(formula, draws, side), choose(formula, draws, side));
      return formula.select(hidden, formula.mean(pixels, [1, 2], true), pixels);
    },
  };
}
