import { z } from 'zod';

/** What the care process found: the first damage of the database, and why it could not be checked or backed up. */
export const careReportSchema = z.object({ damage: z.string().nullable(), failure: z.string().nullable() });

export type CareReport = z.infer<typeof careReportSchema>;
