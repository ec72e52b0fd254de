import { z } from 'zod';

/** How a CSV file is written. Spreadsheet programs of many countries expect semicolons, decimal commas and a byte order mark. */
export const csvStyleSchema = z.object({
  separator: z.enum(['comma', 'semicolon', 'tab']).default('comma'),
  decimalMark: z.enum(['point', 'comma']).default('point'),
  /** Whether the file begins with a byte order mark, by which Excel knows UTF-8. */
  byteOrderMark: z.boolean().default(false),
});

export type CsvStyle = z.infer<typeof csvStyleSchema>;

/** For other programs: RFC 4180. */
export const PLAIN_CSV: CsvStyle = { separator: 'comma', decimalMark: 'point', byteOrderMark: false };
