import { z } from 'zod';

/** What the care process found. */
export const careReportSchema = z.object({
  /** The first damage of the database. */
  damage: z.string().nullable(),
  /** When the newest sound backup was made (ISO 8601), looked for where there is damage. */
  backupOf: z.string().nullable(),
  /** Why the database could not be checked or backed up. */
  failure: z.string().nullable(),
});

export type CareReport = z.infer<typeof careReportSchema>;
