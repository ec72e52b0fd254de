import { z } from 'zod';

/**
 * Why an image is unfamiliar. `picture`: it is unlike the pictures that the model learned from. `class`: no class that the model knows is like it.
 * Of a picture: `swapped` where it is like them once red and blue are swapped back, `field` where it looks like a whole field instead of a cell.
 */
export const unlikeSchema = z.enum(['picture', 'class', 'swapped', 'field']);

export type Unlike = z.infer<typeof unlikeSchema>;

/** Each reason as the end of a sentence that begins with "Unidentified:". */
export const UNLIKE_TEXT: Readonly<Record<Unlike, string>> = {
  field: 'it looks like a whole field, not like one cell',
  swapped: 'its red and blue look swapped',
  picture: 'the picture is unlike those that the model learned from (stain, scanner, focus, or no cell at all)',
  class: 'no class that the model knows is like this cell',
};

/** The most telling of the reasons, or null for none. */
export function mainReason(unlike: readonly Unlike[]): Unlike | null {
  return (['field', 'swapped', 'picture', 'class'] as const).find((each) => unlike.includes(each)) ?? null;
}
