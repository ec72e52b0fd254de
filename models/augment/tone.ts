import type { AugmentationOf } from '#shared/domain/augmentation';
import { extreme, histogram, sumBefore } from '../graph/operations/image';
import { gather, gatherWithin } from '../graph/operations/selection';
import { cast } from '../graph/operations/shape';
import { sideOf, type PixelEffect } from './effect';

const LEVELS = 256;

/** `amount` of the way to what Pillow's ImageOps.equalize gives: each channel's levels spread evenly over the range. */
export function equalise({ amount }: AugmentationOf<'equalise'>): PixelEffect {
  return pixelEffect((formula, pixels) => {
    const { graph } = formula;
    const values = sideOf(pixels) ** 2;
    const batch = pixels.shape[0] ?? null;
    // One histogram an image: green's levels stand after red's, blue's after green's.
    const level = formula.floor(formula.add(formula.clip(pixels, 0, LEVELS - 1), 0.5));
    const placed = cast(
      graph,
      formula.name('level'),
      formula.add(level, formula.constant([0, LEVELS, 2 * LEVELS], [3])),
      'int32',
    );
    const places = formula.reshape(placed, [batch, values * 3]);
    const counts = histogram(graph, formula.name('histogram'), places, 3 * LEVELS);
    const perChannel = formula.reshape(counts, [batch, 3, LEVELS]);
    const before = sumBefore(graph, formula.name('before'), perChannel);
    // Pillow's step: pixels below the highest level that occurs, over 255, rounded down; a flat channel (step 0) stays as it is.
    const below = formula.mul(before, formula.min(perChannel, 1));
    const step = formula.floor(formula.div(extreme(graph, 'Max', formula.name('below'), below, [2]), LEVELS - 1));
    const safeStep = formula.max(step, 1);
    const raised = formula.add(before, formula.floor(formula.div(safeStep, 2)));
    const spread = formula.min(formula.floor(formula.div(raised, safeStep)), LEVELS - 1);
    const own = formula.constant(
      Array.from({ length: LEVELS }, (_, each) => each),
      [LEVELS],
    );
    const table = formula.reshape(formula.select(formula.less(step, 1), own, spread), [batch, 3 * LEVELS]);
    const equalised = formula.reshape(gatherWithin(graph, formula.name('looked_up'), table, places), pixels.shape);
    return formula.blend(pixels, equalised, amount);
  });
}

/** `amount` of the way to what Pillow's ImageOps.autocontrast gives: each channel stretched over the range; a flat one stays as it is. */
export function autoContrast({ amount }: AugmentationOf<'auto-contrast'>): PixelEffect {
  return pixelEffect((formula, pixels) => {
    const low = extreme(formula.graph, 'Min', formula.name('low'), pixels, [1, 2]);
    const high = extreme(formula.graph, 'Max', formula.name('high'), pixels, [1, 2]);
    const span = formula.sub(high, low);
    const gain = formula.select(formula.less(span, 1), 1, formula.div(255, formula.max(span, 1)));
    const offset = formula.select(formula.less(span, 1), 0, formula.mul(low, gain));
    // amount (gain x - offset) + (1 - amount) x, as one factor and one addition.
    const factor = formula.add(formula.mul(formula.sub(gain, 1), amount), 1);
    return formula.clip(formula.sub(formula.mul(pixels, factor), formula.mul(offset, amount)), 0, 255);
  });
}

/** As Pillow's ImageOps.posterize: from 0 to `bits` of the eight bits of a level are dropped. */
export function posterise({ bits }: AugmentationOf<'posterise'>): PixelEffect {
  return pixelEffect((formula, pixels, draws) => {
    const dropped = cast(
      formula.graph,
      formula.name('dropped'),
      formula.mul(draws.next(), Math.floor(bits) + 1),
      'int32',
    );
    const powers = formula.constant([1, 2, 4, 8, 16, 32, 64, 128], [8]);
    const step = formula.perImage(gather(formula.graph, formula.name('step'), powers, dropped));
    const coarse = formula.mul(formula.floor(formula.div(pixels, step)), step);
    return formula.select(formula.less(step, 2), pixels, coarse);
  });
}

/** `amount` of the way to what Pillow's ImageOps.solarize gives: levels from a threshold on are inverted; the threshold lies down to `depth` of the range below white. */
export function solarise({ depth, amount }: AugmentationOf<'solarise'>): PixelEffect {
  return pixelEffect((formula, pixels, draws) => {
    const threshold = formula.perImage(formula.sub(LEVELS, formula.mul(draws.next(), LEVELS * depth)));
    // pixels + amount (255 - pixels - pixels)
    const bent = formula.add(formula.mul(pixels, 1 - 2 * amount), 255 * amount);
    return formula.select(formula.less(pixels, threshold), pixels, bent);
  });
}

function pixelEffect(apply: PixelEffect['apply']): PixelEffect {
  return { family: 'pixels', apply };
}
