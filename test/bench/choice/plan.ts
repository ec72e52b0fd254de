import type { QuickRecipe } from '#shared/domain/recipe';
import { PRODUCT, type FeatureSet } from './featureSets';

/** A hidden layer fitted as the program fits it, or logistic regression. */
export type HeadKind = { readonly hidden: number; readonly epochs: number } | { readonly penalty: number };

/** One row of the table: a way to make a quick model. */
export interface Variant {
  readonly inputSize: number;
  readonly set: FeatureSet;
  readonly head: HeadKind;
  readonly views: number;
}

/**
 * What is compared: each of input size, features, head and views against the recipe, the others being the recipe's.
 * The first variant is the recipe itself (with one view), which the others are compared with.
 */
export function variantsAround({ inputSize, hidden, epochs }: QuickRecipe): Variant[] {
  const centre: Variant = { inputSize, set: PRODUCT, head: { hidden, epochs }, views: 1 };
  const others = (all: readonly number[], one: number): number[] => all.filter((each) => each !== one);
  return [
    centre,
    ...others([128, 160, 192, 224], inputSize).map((side) => ({ ...centre, inputSize: side })),
    { ...centre, set: { top: false, deviation: false } },
    { ...centre, head: { penalty: 1e-2 } },
    { ...centre, set: { top: true, deviation: true } },
    ...others([256, 512], hidden).map((width) => ({ ...centre, head: { hidden: width, epochs } })),
    { ...centre, views: 2 },
  ];
}

/** The variant in words, for the table and for the names of files. */
export function describe({ inputSize, set, head, views }: Variant): {
  size: string;
  features: string;
  head: string;
  views: string;
} {
  return {
    size: `${String(inputSize)} px`,
    features: `${set.deviation ? 'mean and deviation' : 'mean'} of the blocks${set.top ? ' and the top' : ''}`,
    head:
      'hidden' in head
        ? `one hidden layer of ${String(head.hidden)}, ${String(head.epochs)} epochs`
        : `logistic regression, penalty ${String(head.penalty)}`,
    views: String(views),
  };
}
