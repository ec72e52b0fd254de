import { PLAIN_CSV, type CsvStyle } from '#shared/domain/csvStyle';

/** A line of a table. Numbers are written with the decimal mark asked for. */
export type Row = readonly (string | number)[];

const SEPARATORS: Readonly<Record<CsvStyle['separator'], string>> = { comma: ',', semicolon: ';', tab: '\t' };

/** A table as CSV after RFC 4180, one record at a time. */
export function* csv(rows: Iterable<Row>, style: CsvStyle = PLAIN_CSV): Generator<string> {
  if (style.byteOrderMark) yield '\uFEFF';
  for (const row of rows) yield csvLine(row, style);
}

/** One record with its line end. A text that a spreadsheet would run as a formula is led by an apostrophe; a negative number is none. */
export function csvLine(row: Row, style: CsvStyle = PLAIN_CSV): string {
  const separator = SEPARATORS[style.separator];
  return `${row.map((value) => field(value, separator, style)).join(separator)}\r\n`;
}

function field(value: string | number, separator: string, { decimalMark }: CsvStyle): string {
  const text =
    typeof value === 'string'
      ? guarded(value)
      : decimalMark === 'comma'
        ? String(value).replace('.', ',')
        : String(value);
  return /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** OWASP, "CSV injection": what begins so is run by spreadsheet programs. */
function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^-\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}
