import type { ColumnDef } from 'hucre';
import { writeXlsxStream } from 'hucre/xlsx';
import type { Row } from './csv';

/**
 * A table as an Excel workbook of one sheet, in chunks of bytes. The first row is the header: bold, and in sight while the rest is scrolled. Numbers are numbers, and texts are texts,
 * whatever they begin with: none is run as a formula. Where Excel's limit of 1,048,576 rows is reached, a further sheet follows.
 */
export function xlsx(sheet: string, rows: Iterable<Row>): AsyncIterable<Uint8Array> {
  // The writer styles whole columns and looks them up at each row: they are bold while the header is written, and after it there is nothing to find.
  const columns: ColumnDef[] = [];
  function* cells(): Generator<(string | number | null)[]> {
    let isHeader = true;
    for (const row of rows) {
      if (isHeader) columns.push(...row.map(() => ({ style: { font: { bold: true } } })));
      else columns.length = 0;
      isHeader = false;
      yield row.map(cell);
    }
  }
  return writeXlsxStream(cells(), { name: sheet, columns, freezePane: { rows: 1 } });
}

/** An empty text is an empty cell, which sums and means leave out. */
function cell(value: string | number): string | number | null {
  if (typeof value === 'number') return value;
  return value === '' ? null : spelled(value);
}

/** What the writer leaves: two characters that XML cannot hold, and texts that Excel would read as an escaped character (ECMA-376, 22.9.2.19: _xHHHH_). */
function spelled(text: string): string {
  return text.replace(/[\uFFFE\uFFFF]/g, '\uFFFD').replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_');
}
