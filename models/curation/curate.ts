import { basename, dirname, join } from 'node:path';
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
 * Finds near copies, copies under several labels, and properties of files that tell the classes apart. What is found of a picture is kept in `folder`.
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
    findings: [...copiesText(sets), ...labelsText(sets), ...shortcutsIn(labelled).map(shortcutText)],
  };
}

function copiesText(sets: readonly (readonly LabelledImage[])[]): string[] {
  if (sets.length === 0) return [];
  const images = sets.reduce((sum, set) => sum + set.length, 0);
  const examples = sets.slice(0, NAMED).map((set) => set.slice(0, 2).map(nameOf).join(' and '));
  return [
    `${String(images)} images are copies of ${String(sets.length)} ${sets.length === 1 ? 'picture' : 'pictures'}, saved again, resized or turned, such as ${examples.join('; ')}. ` +
      'Copies of one picture stay on one side of the split, so that none is tested that was learned from.',
  ];
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
