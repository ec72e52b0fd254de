import { clopperPearson } from '../statistics/binomial';
import { cellClassOf, inReportOrder, STANDARD_CLASSES, type CellClass } from './cellClass';

/** One white-cell class of a differential: its share of the white cells with exact 95 % limits, in percent. */
export interface DifferentialRow {
  readonly cellClass: CellClass;
  readonly count: number;
  /** Null where no white cell was counted. */
  readonly percent: number | null;
  readonly low: number;
  readonly high: number;
}

export interface Differential {
  /** White-cell classes in report order. */
  readonly rows: readonly DifferentialRow[];
  /** White cells counted: the denominator. */
  readonly whiteCells: number;
  readonly erythroblasts: number;
  /** Erythroblasts per 100 white cells; null without white cells. */
  readonly erythroblastsPer100: number | null;
  readonly platelets: number;
  /** Cells of a project's own classes: outside the differential. */
  readonly other: number;
  readonly unidentified: number;
  /** Under 100 white cells a warning, under 200 a note. */
  readonly caution: 'warning' | 'note' | null;
}

/** Differential of a slide from its numbers of cells by class id (product.md 3): erythroblasts, platelets and unidentified cells stay out of the denominator. */
export function differentialOf(counts: Readonly<Record<string, number>>, unidentified: number): Differential {
  const sum = (role: CellClass['role']): number =>
    Object.entries(counts).reduce((total, [id, count]) => total + (cellClassOf(id).role === role ? count : 0), 0);
  const whiteCells = sum('white');
  const erythroblasts = sum('erythroblast');
  const whiteIds = STANDARD_CLASSES.filter((each) => each.role === 'white').map((each) => each.id);
  return {
    rows: inReportOrder(whiteIds).map((cellClass) => {
      const count = counts[cellClass.id] ?? 0;
      const { low, high } = clopperPearson(count, whiteCells);
      return {
        cellClass,
        count,
        percent: whiteCells === 0 ? null : (100 * count) / whiteCells,
        low: 100 * low,
        high: 100 * high,
      };
    }),
    whiteCells,
    erythroblasts,
    erythroblastsPer100: whiteCells === 0 ? null : (100 * erythroblasts) / whiteCells,
    platelets: sum('platelet'),
    other: sum('other'),
    unidentified,
    caution: whiteCells < 100 ? 'warning' : whiteCells < 200 ? 'note' : null,
  };
}
