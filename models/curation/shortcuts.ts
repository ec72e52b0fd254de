import { binomialTail } from '#shared/statistics/binomial';
import type { PictureFacts } from './pictureFacts';

/** A property of files, and the classes that it tells from the others without a look at the cell. */
export interface Shortcut {
  /** In words, after "are": `TIFF files`, `48 x 48 px`. */
  readonly property: string;
  readonly classIds: readonly string[];
  /** Mean share of images with the property, over these classes and over the others. */
  readonly share: number;
  readonly shareOfOthers: number;
}

export interface LabelledFacts {
  readonly classId: string;
  readonly facts: PictureFacts;
}

/** A split of the images in two: those that have a property, and the others. */
interface Stump {
  readonly property: string;
  readonly has: (facts: PictureFacts) => boolean;
}

/** A property counts as a shortcut where it is at least so much more frequent in its classes than in the others ... */
const LEAST_DIFFERENCE = 0.5;
/** ... and chance alone would tell so many images rightly with a probability under this, whichever of the stumps tried is meant. */
const SIGNIFICANCE = 0.001;

/** Thresholds tried for a number, at most. */
const THRESHOLDS = 16;

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  jpg: 'JPEG',
  png: 'PNG',
  bmp: 'BMP',
  tif: 'TIFF',
  webp: 'WebP',
};

/**
 * Properties of files that alone tell classes apart: decision stumps on format, size, side ratio and background. Each says "has the property" or "has not" of the classes in most of
 * whose images it is found; it is tested against always saying the more frequent of the two (exact binomial test, Bonferroni's correction for all stumps and choices of classes).
 * The strongest first, one for each choice of classes.
 */
export function shortcutsIn(images: readonly LabelledFacts[]): Shortcut[] {
  const classIds = [...new Set(images.map(({ classId }) => classId))].sort();
  const stumps = stumpsFor(images.map(({ facts }) => facts));
  const tries = stumps.length * 2 ** (classIds.length - 1);
  const found = stumps.flatMap((stump) => tested(stump, images, classIds, tries) ?? []);
  const strength = ({ share, shareOfOthers }: Shortcut): number => share - shareOfOthers;
  const strongest = found.toSorted((a, b) => strength(b) - strength(a) || a.classIds.length - b.classIds.length);
  return strongest.filter((each, index) => strongest.findIndex((other) => sameSides(other, each, classIds)) === index);
}

/** The shortcut in a sentence. */
export function shortcutText({ property, classIds, share, shareOfOthers }: Shortcut): string {
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
  const ofClasses =
    share === 1 ? `All images of ${classIds.join(', ')}` : `${percent(share)} of the images of ${classIds.join(', ')}`;
  const ofOthers = shareOfOthers === 0 ? 'no other image is' : `${percent(shareOfOthers)} of the others are`;
  return `${ofClasses} are ${property}, and ${ofOthers}: the model may learn that, or what comes with it, instead of the cell.`;
}

function tested(
  { property, has }: Stump,
  images: readonly LabelledFacts[],
  classIds: readonly string[],
  tries: number,
): Shortcut | null {
  const flags = images.map(({ facts }) => has(facts));
  const shares = classIds.map((id) => {
    const mine = flags.filter((_, index) => images[index]?.classId === id);
    return mine.filter(Boolean).length / mine.length;
  });
  const inside = classIds.filter((_, index) => (shares[index] ?? 0) > 0.5);
  if (inside.length === 0 || inside.length === classIds.length) return null;
  const share = mean(shares.filter((each) => each > 0.5));
  const shareOfOthers = mean(shares.filter((each) => each <= 0.5));
  if (share - shareOfOthers < LEAST_DIFFERENCE) return null;
  const truth = images.map(({ classId }) => inside.includes(classId));
  const ofInside = truth.filter(Boolean).length / truth.length;
  const right = flags.filter((flag, index) => flag === truth[index]).length;
  const chance = binomialTail(right, truth.length, Math.max(ofInside, 1 - ofInside));
  return chance * tries < SIGNIFICANCE ? { property, classIds: inside, share, shareOfOthers } : null;
}

function stumpsFor(facts: readonly PictureFacts[]): Stump[] {
  const brightness = ({ background: [red, green, blue] }: PictureFacts): number => (red + green + blue) / 3;
  const redness = ({ background: [red, , blue] }: PictureFacts): number => red - blue;
  const greenness = ({ background: [red, green, blue] }: PictureFacts): number => green - (red + blue) / 2;
  return [
    ...valuesOf(
      facts,
      (each) => `${sizeOf(each)}${facts.some(({ format }) => format !== each.format) ? ` ${formatOf(each)}` : ''}`,
    ),
    ...valuesOf(facts, formatOf),
    ...valuesOf(facts, sizeOf),
    ...valuesOf(facts, ({ width, height }) => `${(width / height).toFixed(2)} times as wide as high`),
    ...thresholdsOf(
      facts,
      ({ width, height }) => Math.min(width, height),
      (at) => `at least ${String(at)} px on their shorter side`,
    ),
    ...thresholdsOf(facts, brightness, () => 'of a brighter background'),
    ...thresholdsOf(facts, redness, () => 'of a redder background'),
    ...thresholdsOf(facts, greenness, () => 'of a greener background'),
  ];
}

function formatOf({ format }: PictureFacts): string {
  return `${FORMAT_NAMES[format] ?? format} files`;
}

function sizeOf({ width, height }: PictureFacts): string {
  return `${String(width)} x ${String(height)} px`;
}

/** One stump for each frequent value. */
function valuesOf(facts: readonly PictureFacts[], nameOf: (facts: PictureFacts) => string): Stump[] {
  const counts = new Map<string, number>();
  for (const each of facts) counts.set(nameOf(each), (counts.get(nameOf(each)) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, THRESHOLDS)
    .map(([property]) => ({ property, has: (each) => nameOf(each) === property }));
}

/** A stump on each side of thresholds at even quantiles. */
function thresholdsOf(
  facts: readonly PictureFacts[],
  valueOf: (facts: PictureFacts) => number,
  nameOf: (threshold: number) => string,
): Stump[] {
  const values = facts.map(valueOf).sort((a, b) => a - b);
  const quantile = (_: unknown, index: number): number =>
    values[Math.floor(((index + 1) * values.length) / (THRESHOLDS + 1))] ?? 0;
  const thresholds = new Set(Array.from({ length: THRESHOLDS }, quantile));
  return [...thresholds].map((at) => ({ property: nameOf(at), has: (each) => valueOf(each) >= at }));
}

/** Whether two shortcuts divide the classes alike, whichever side has the property. */
function sameSides(a: Shortcut, b: Shortcut, classIds: readonly string[]): boolean {
  const differing = classIds.filter((id) => a.classIds.includes(id) !== b.classIds.includes(id)).length;
  return differing === 0 || differing === classIds.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
