import type { Slide } from './batch';

/** What to say of a slide most of whose pictures are unlike those that the model learned from; null where they are not. */
export function slideNotice({ classified, counts }: Pick<Slide, 'classified' | 'counts'>): string | null {
  const { picture, swapped, field } = counts.unlike;
  if (2 * picture <= classified) return null;
  const share = `${String(picture)} of ${String(classified)} pictures are unlike those that the model learned from`;
  if (2 * swapped > picture) return `Colours look swapped: ${share}, and like them once red and blue change places.`;
  if (2 * field > picture) return `Whole fields, it seems, which are not classified: ${share}.`;
  return `Another stain or scanner, or no cells: ${share}. Look at them yourself, and train on cells of your own laboratory.`;
}
