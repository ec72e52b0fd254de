import type { CsvStyle } from '#shared/domain/csvStyle';
import { writeChunks, writeTextFile } from '../files/writeFile';
import { csv, type Row } from './csv';
import { xlsx } from './xlsx';

export interface TableFile {
  readonly path: string;
  readonly format: 'csv' | 'xlsx';
  /** Of CSV; PLAIN_CSV if not given. */
  readonly csvStyle?: CsvStyle | undefined;
  /** The name of the sheet in a workbook. */
  readonly sheet: string;
}

/** Writes a table, whole or not at all. Errors as writeTextFile. */
export function writeTable(rows: Iterable<Row>, { path, format, csvStyle, sheet }: TableFile): Promise<void> {
  return format === 'csv' ? writeTextFile(path, csv(rows, csvStyle)) : writeChunks(path, xlsx(sheet, rows));
}
