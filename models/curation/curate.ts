import { basename, dirname, join } from 'node:path';
import type { Part } from '#shared/domain/part';
import type { LabelledImage } from '../data/labelledImages';
import { nearDuplicates } from './nearDuplicates';
import { readFacts } from './pictureFacts';
import { shortcutText, shortcutsIn } from './shortcuts';

/** Labelled images that know their near copies, and what a person should know of them before a training. */
export interface Curated {
  readonly images: LabelledImage[];
  /** Each a sentence or two; they are shown before the training and stand in the card's limits. */
  readonly findings: readonly string[];
}

/** Pairs that are named. */
const NAMED = 3;

/**
 * Finds near copies, copies in several of the sets that folders give, copies under several labels,
 * and properties of files that tell the classes apart. What is found of a picture is kept in `folder`.
 * `onDone` counts images and may throw to stop. FailureError `disk-full`.
 */
export async function curate(
  images: readonly LabelledImage[],
  folder: string,
  onDone: (done: number) => void | Promise<void>,
): Promise<Curated> {
  const facts = await readFacts(images, folder, onDone);
  const sets = (await nearDuplicates(facts.map((each) => each?.fingerprint ?? null))).map((set) =>
    set.flatMap((index) => images[index] ?? []),
  );
  const alike = new Map<string, string>();
  for (const set of sets) {
    // Named by content, so that the split hangs on no order.
    const [name = ''] = set.map(({ hash }) => hash).sort();
    for (const { hash } of set) alike.set(hash, name);
  }
  const labelled = images.flatMap(({ classId }, index) => {
    const known = facts[index];
    return known ? [{ classId, facts: known }] : [];
  });
  return {
    images: images.map((image) => ({ ...image, alike: alike.get(image.hash) ?? null })),
    findings: [...copiesText(sets), ...leakText(sets), ...labelsText(sets), ...shortcutsIn(labelled).map(shortcutText)],
  };
}

function copiesText(sets: readonly (readonly LabelledImage[])[]): string[] {
  if (sets.length === 0) return [];
  const images = sets.reduce((sum, set) => sum + set.length, 0);
  const examples = sets.slice(0, NAMED).map((set) => set.slice(0, 2).map(nameOf).join(' and '));
  return [
    `${String(images)} images are copies of ${String(sets.length)} ${sets.length === 1 ? 'picture' : 'pictures'}, saved again, resized or turned, such as ${examples.join('; ')}.` +
      (sets.some(isSplit)
        ? ''
        : ' Copies of one picture stay on one side of the split, so that none is tested that was learned from.'),
  ];
}

/** Sets that folders give are kept, so copies across them can only be named. */
function leakText(sets: readonly (readonly LabelledImage[])[]): string[] {
  const leaks = sets.filter(isSplit);
  if (leaks.length === 0) return [];
  const examples = leaks.slice(0, NAMED).map((set) => {
    const parts = new Map(set.map((image) => [partOf(image), image]));
    return [...parts].map(([part, image]) => `${nameOf(image)} (${part} set)`).join(' and ');
  });
  return [
    `Copies of ${leaks.length === 1 ? 'one picture' : `${String(leaks.length)} pictures`} stand in more than one of the sets that the folders give, such as ${examples.join('; ')}. ` +
      'The sets are kept, so the model is evaluated on pictures that its training saw, and its figures look better than they are.',
  ];
}

function isSplit(set: readonly LabelledImage[]): boolean {
  return new Set(set.map(partOf)).size > 1;
}

/** An image for which no set is given joins none of those that are given for others, as the split has it. */
function partOf({ part }: LabelledImage): Part {
  return part ?? 'training';
}

function labelsText(sets: readonly (readonly LabelledImage[])[]): string[] {
  const mixed = sets.flatMap((set) => {
    const [first] = set;
    const other = set.find(({ classId }) => classId !== first?.classId);
    return first && other ? [`${nameOf(first)} and ${nameOf(other)}`] : [];
  });
  if (mixed.length === 0) return [];
  const more = mixed.length > NAMED ? ` and ${String(mixed.length - NAMED)} more` : '';
  return [
    `Copies of one picture stand under different labels, so that one of them is wrong: ${mixed.slice(0, NAMED).join('; ')}${more}.`,
  ];
}

/** Folder and name, which tell the class too. */
function nameOf({ path }: LabelledImage): string {
  return join(basename(dirname(path)), basename(path));
}
