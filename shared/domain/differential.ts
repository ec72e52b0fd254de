import { clopperPearson } from '../statistics/binomial';
import type { CellClass, CellClasses, CellRole } from './cellClass';

/** A class and its number of cells. */
export interface ClassCount {
  readonly cellClass: CellClass;
  readonly count: number;
}

/** A class's share of the white cells with exact 95 % limits, in percent. */
export interface WhiteShare extends ClassCount {
  /** Null where no white cell was counted. */
  readonly percent: number | null;
  readonly low: number;
  readonly high: number;
}

/** One white-cell class of a differential. Its count and share include its subtypes. */
export interface DifferentialRow extends WhiteShare {
  /** Those that have cells, in report order. */
  readonly subtypes: readonly WhiteShare[];
}

export interface Differential {
  /** The standard white-cell classes and every other one that has cells, in report order. */
  readonly rows: readonly DifferentialRow[];
  /** White cells counted: the denominator. */
  readonly whiteCells: number;
  readonly erythroblasts: number;
  /** Erythroblasts per 100 white cells; null without white cells. */
  readonly erythroblastsPer100: number | null;
  readonly platelets: number;
  /** Cells of classes that are known to be none of these. */
  readonly other: number;
  /** Cells of classes whose role is not known: in no percentage. */
  readonly roleNotKnown: number;
  /** Every class outside the denominator that has cells, in report order. */
  readonly outside: readonly ClassCount[];
  readonly unidentified: number;
  /** All of them. */
  readonly cells: number;
  /** Under 100 white cells a warning, under 200 a note. */
  readonly caution: 'warning' | 'note' | null;
}

/**
 * Differential of a slide from its numbers of cells by class id. White cells of every class are the denominator; erythroblasts, platelets, cells of
 * other or unknown roles and unidentified ones stay outside. Every cell is in exactly one of the sums.
 */
export function differentialOf(
  classes: CellClasses,
  counts: Readonly<Record<string, number>>,
  unidentified: number,
): Differential {
  const numbers = new Map(Object.entries(counts).filter(([, count]) => count > 0));
  const found = classes
    .inReportOrder(numbers.keys())
    .map((cellClass): ClassCount => ({ cellClass, count: numbers.get(cellClass.id) ?? 0 }));
  const ofRole = (role: CellRole | null): ClassCount[] => found.filter(({ cellClass }) => cellClass.role === role);
  const white = ofRole('white');
  const whiteCells = sum(white);
  const erythroblasts = sum(ofRole('erythroblast'));
  const standard = classes.definitions.filter(({ role, origin }) => role === 'white' && origin === 'standard');
  const roots = [...standard.map(({ id }) => id), ...white.map(({ cellClass }) => classes.rootOf(cellClass))];
  return {
    rows: classes.inReportOrder(roots).map((cellClass) => {
      const subtypes = white.filter((each) => each.cellClass.parentId === cellClass.id);
      const count = (numbers.get(cellClass.id) ?? 0) + sum(subtypes);
      return {
        ...shareOf({ cellClass, count }, whiteCells),
        subtypes: subtypes.map((subtype) => shareOf(subtype, whiteCells)),
      };
    }),
    whiteCells,
    erythroblasts,
    erythroblastsPer100: whiteCells === 0 ? null : (100 * erythroblasts) / whiteCells,
    platelets: sum(ofRole('platelet')),
    other: sum(ofRole('other')),
    roleNotKnown: sum(ofRole(null)),
    outside: found.filter(({ cellClass }) => cellClass.role !== 'white'),
    unidentified,
    cells: sum(found) + unidentified,
    caution: whiteCells < 100 ? 'warning' : whiteCells < 200 ? 'note' : null,
  };
}

/** The share of so many white cells that are of a class. */
export function shareOf({ cellClass, count }: ClassCount, whiteCells: number): WhiteShare {
  const { low, high } = clopperPearson(count, whiteCells);
  const percent = whiteCells === 0 ? null : (100 * count) / whiteCells;
  return { cellClass, count, percent, low: 100 * low, high: 100 * high };
}

function sum(counts: readonly ClassCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
