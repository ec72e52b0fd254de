import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Row } from '#main/report/csv';
import { writeTable } from '#main/report/writeTable';
import { readWorkbook } from '../../support/workbook';
import { temporaryFolder } from '../../support/temporary';

it('whatever stands in a table, a workbook holds it as the text or the number that it is, under a bold header in sight', async () => {
  const texts = fc.sample(fc.array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 3 }), 200);
  const tricky = [
    ['=1+1', '+1', '@SUM(A1)'],
    ['-5', '0012', '2026-11-24'],
    ['TRUE', '', '  two  spaces '],
    ['_x0041_', '_x005F_x0041_', 'a\u0000\u0001b'],
    ['a\r\nb', 'a\rb\tc', 'é🩸'],
    ['<&>"\'', ']]>', '\uFFFE'],
  ];
  const numbers: Row[] = [[0.5, -1e-7, 1_234_567_890_123]];
  const rows: Row[] = [['=first', 'second', 'third'], ...tricky, ...numbers, ...texts];
  const folder = await temporaryFolder();
  const path = join(folder, 'table.xlsx');
  await writeTable(rows, { path, format: 'xlsx', sheet: 'cells' });
  const held = (value: string | number): string | number | null =>
    value === '' ? null : typeof value === 'string' ? value.replace(/[\uFFFE\uFFFF]/g, '\uFFFD') : value;
  expect(readWorkbook(path)).toEqual({
    cells: { rows: rows.map((row) => row.map(held)), formulas: 0, frozen: 'A2', bold: [[true], [false]] },
  });
  expect(await readdir(folder)).toEqual(['table.xlsx']);
});

it('a workbook that cannot be made to its end leaves the file before as it was', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'table.xlsx');
  const target = { path, format: 'xlsx', sheet: 'cells' } as const;
  await writeTable([['a'], [1]], target);
  const broken = function* (): Generator<Row> {
    yield ['a'];
    throw new Error('no more');
  };
  await expect(writeTable(broken(), target)).rejects.toThrow('no more');
  expect(readWorkbook(path).cells?.rows).toEqual([['a'], [1]]);
  expect(await readdir(folder)).toEqual(['table.xlsx']);
});
