import type { QuickRecipe } from '#shared/domain/recipe';
import { topOf } from '#models/evaluation/evaluate';
import { fitHead, headLogits, type LabelledFeatures } from '#models/training/head';
import { logisticRegression } from './logisticRegression';
import type { HeadKind } from './plan';

/** Images with every feature of each of their views (float32 [images, stride]), and their class. */
export interface Sample {
  readonly views: readonly Float32Array[];
  readonly stride: number;
  readonly labels: readonly number[];
  readonly classes: number;
}

/** The class guessed for each image in `held`, by a head that learned `columns` of every view of the images in `learned`; seed and weight decay (the first) are the recipe's. */
export async function judge(
  sample: Sample,
  { learned, held, columns }: { learned: readonly number[]; held: readonly number[]; columns: readonly number[] },
  head: HeadKind,
  { weightDecay: [weightDecay = 0], seed }: QuickRecipe,
): Promise<number[]> {
  const { classes } = sample;
  const training = pick(sample, sample.views, learned, columns);
  const judged = pick(sample, sample.views.slice(0, 1), held, columns);
  const logits =
    'penalty' in head
      ? await logisticRegression(training, judged, { classes, penalty: head.penalty })
      : headLogits(
          await fitHead(training, { ...head, classes, weightDecay, seed }, () => undefined),
          judged.features,
          judged.width,
        );
  return held.map((_, row) => topOf(logits, row, classes).top);
}

function pick(
  { stride, labels }: Sample,
  views: readonly Float32Array[],
  images: readonly number[],
  columns: readonly number[],
): LabelledFeatures {
  const width = columns.length;
  const features = new Float32Array(views.length * images.length * width);
  let to = 0;
  for (const view of views) {
    for (const image of images) for (const column of columns) features[to++] = view[image * stride + column] ?? NaN;
  }
  const once = images.map((image) => labels[image] ?? 0);
  return { features, width, labels: Int32Array.from(views.flatMap(() => once)) };
}
