import type { GraphTensor } from '../graph/graph';
import type { Formula } from './formula';

/** The middles of the pixels along a side: [1, side]. */
export function middles(formula: Formula, side: number): GraphTensor {
  return formula.constant(
    Array.from({ length: side }, (_, index) => index + 0.5),
    [1, side],
  );
}

/** Which pixels along a side have their middle less than `reach` from `centre` (pixels; [n], or one number): bool [n, side]. */
export function near(formula: Formula, side: number, centre: GraphTensor, reach: GraphTensor | number): GraphTensor {
  const distance = formula.abs(formula.sub(middles(formula, side), formula.perImage(centre, 2)));
  return formula.less(distance, typeof reach === 'number' ? reach : formula.perImage(reach, 2));
}

/** Pixels whose row and column are both chosen. Both bool [n, side]; gives [n, side, side, 1]. */
export function crossing(formula: Formula, rows: GraphTensor, columns: GraphTensor): GraphTensor {
  const [batch = null, side = null] = rows.shape;
  return formula.and(formula.reshape(rows, [batch, side, 1, 1]), formula.reshape(columns, [batch, 1, side, 1]));
}
