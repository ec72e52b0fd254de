import { z } from 'zod';

/**
 * Test-time augmentation: how many views of an image the network sees to answer once. 1: the image as it is. 2: its mirror image too. 4: all quarter turns. 8: all quarter turns and their mirror images.
 * A cell has no up, so that every view shows the same cell.
 */
export const viewsSchema = z.literal([1, 2, 4, 8]);

export type Views = z.infer<typeof viewsSchema>;
