import { z } from 'zod';

/** Files or folders that a walk passed over for one reason. */
export const passedOverSchema = z.object({
  /** One of them in words, such as `file in @eaDir`. */
  what: z.string(),
  reason: z.string(),
  count: z.int().positive(),
  /** Whether counting ended before they did. */
  isLeast: z.boolean(),
});

export type PassedOver = z.infer<typeof passedOverSchema>;

/** "6 files in @eaDir (thumbnails of a NAS)". */
export function passedOverText({ what, reason, count, isLeast }: PassedOver): string {
  const many = count === 1 ? what : what.replace(/(?<!\.)\b(?:file|folder|link|image)\b/, '$&s');
  return `${isLeast ? 'at least ' : ''}${String(count)} ${many} (${reason})`;
}
