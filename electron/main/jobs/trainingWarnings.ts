import { basename } from 'node:path';
import type { LabelledFile } from '#shared/compute/protocol';
import type { Part } from '#shared/domain/part';

/** Under this number of images a class is learned and evaluated poorly. */
const FEW = 50;

/** Groups that a warning names. */
const NAMES = 5;

/** What speaks against training on these images; `empty` are folders without any. */
export function trainingWarnings(folder: string, files: readonly LabelledFile[], empty: readonly string[]): string[] {
  const counts = countBy(files, ({ classId }) => classId);
  const numbers = [...counts.values()];
  const few = [...counts].filter(([, count]) => count < FEW).map(([id, count]) => `${id} (${String(count)})`);
  const shared = groupsInSeveralParts(files);
  return [
    ...(counts.size < 2 ? ['There is one class only: training needs at least two.'] : []),
    ...(few.length > 0 ? [`Too few images to judge well: ${few.join(', ')}.`] : []),
    ...(empty.length > 0 ? [`Without images, so no class: ${empty.join(', ')}.`] : []),
    ...classesMissingInParts(files, [...counts.keys()]),
    ...(Math.max(...numbers) > 10 * Math.min(...numbers)
      ? ['The classes differ in size by more than ten times; they are weighted alike.']
      : []),
    ...(files.every(({ slide }) => slide === null)
      ? [
          `No slides are known, so the figures will be optimistic. Sub-folders of ${basename(folder)}/<class>/ are taken as slides.`,
        ]
      : []),
    ...(shared.length > 0
      ? [
          `In more than one of the training, validation and test sets, so that the figures will be optimistic if each is one slide or patient: ${shared.slice(0, NAMES).join(', ')}${shared.length > NAMES ? ', ...' : ''}.`,
        ]
      : []),
  ];
}

/** How many of each key there are, in the order of their first; null and undefined are no keys. */
export function countBy<T, K>(items: readonly T[], keyOf: (item: T) => K | null | undefined): Map<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== null && key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** One warning for each part that the folders give and that lacks classes. */
function classesMissingInParts(files: readonly LabelledFile[], classIds: readonly string[]): string[] {
  const given = [...countBy(files, ({ part }) => part).keys()];
  return given.flatMap((part: Part) => {
    const there = countBy(files, (file) => (file.part === part ? file.classId : null));
    const missing = classIds.filter((id) => !there.has(id));
    return missing.length > 0 ? [`Without images in the ${part} set: ${missing.join(', ')}.`] : [];
  });
}

function groupsInSeveralParts(files: readonly LabelledFile[]): string[] {
  const partsOf = new Map<string, Set<Part>>();
  for (const { slide, part } of files)
    if (slide !== null && part !== undefined) partsOf.set(slide, (partsOf.get(slide) ?? new Set()).add(part));
  return [...partsOf].filter(([, parts]) => parts.size > 1).map(([slide]) => slide);
}
