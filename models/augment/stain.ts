import type { AugmentationOf } from '#shared/domain/augmentation';
import type { Stain, Staining } from '#shared/domain/staining';
import { eitherWay, sideOf, type PixelEffect } from './effect';

/**
 * Stain jitter (Tellez et al. 2018, IEEE TMI 37:2126): optical densities -ln((level + 1) / (white + 1)) are sums of stains (Beer and Lambert; Ruifrok & Johnston 2001), so the amount of
 * each stain can be changed by itself. What neither stain explains, the direction at right angles to both, stays as it is.
 */
export function stainJitter(
  { amount, shift }: Pick<AugmentationOf<'stain-jitter'>, 'amount' | 'shift'>,
  staining: Staining,
): PixelEffect {
  const [first, second] = staining.stains;
  const basis = [first, second, cross(first, second)];
  const inverse = invert(basis);
  return {
    family: 'pixels',
    apply: (formula, pixels, draws) => {
      const side = sideOf(pixels);
      const batch = pixels.shape[0] ?? null;
      const white = formula.constant(
        staining.white.map((each) => each + 1),
        [3],
      );
      // Densities with their sign turned.
      const light = formula.log(formula.div(formula.add(pixels, 1), white));
      // A row of densities is, through the inverse, amounts of stains; those are scaled and taken back, all in one matrix.
      const factors = formula.matrix(
        3,
        [1, 0, 0, 0, 1, 0, 0, 0, 1],
        [first, second].map((stain, index) => ({
          factor: eitherWay(formula, draws.next(), amount),
          matrix: inverse.flatMap((row) => stain.map((each) => (row[index] ?? 0) * each)),
        })),
      );
      const shifts = formula.stack(
        staining.stains.map(() => eitherWay(formula, draws.next(), shift)),
        1,
      );
      const added = formula.matMul(
        formula.reshape(shifts, [batch, 1, 2]),
        formula.constant(staining.stains.flat(), [1, 2, 3]),
      );
      const rows = formula.matMul(formula.reshape(light, [batch, side * side, 3]), factors);
      const levels = formula.mul(formula.exp(formula.sub(rows, added)), white);
      return formula.reshape(formula.clip(formula.sub(levels, 1), 0, 255), pixels.shape);
    },
  };
}

/** The unit vector at right angles to both. */
function cross(a: Stain, b: Stain): Stain {
  const product: Stain = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const length = Math.hypot(...product);
  return [product[0] / length, product[1] / length, product[2] / length];
}

/** Inverse of the matrix of these rows, as rows: by the cross products of its rows. */
function invert(rows: readonly Stain[]): readonly Stain[] {
  const [a, b, c] = rows;
  if (!a || !b || !c) throw new Error('A basis has three stains.');
  const raw = (p: Stain, q: Stain): Stain => [
    p[1] * q[2] - p[2] * q[1],
    p[2] * q[0] - p[0] * q[2],
    p[0] * q[1] - p[1] * q[0],
  ];
  const columns = [raw(b, c), raw(c, a), raw(a, b)];
  const determinant = a.reduce((total, each, index) => total + each * (columns[0]?.[index] ?? 0), 0);
  const at = (row: 0 | 1 | 2, column: number): number => (columns[column]?.[row] ?? 0) / determinant;
  return ([0, 1, 2] as const).map((row): Stain => [at(row, 0), at(row, 1), at(row, 2)]);
}
