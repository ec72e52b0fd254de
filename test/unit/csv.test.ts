import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csv, csvLine, type Row } from '#main/report/csv';
import { PLAIN_CSV, type CsvStyle } from '#shared/domain/csvStyle';
import { parseCsv } from '../support/csv';

const isFormula = (text: string): boolean => /^[=+\-@\t\r]/.test(text) && !/^-\d+(\.\d+)?$/.test(text);

it('whatever stands in a field, Python’s csv module reads it back, and what a spreadsheet would run is led by an apostrophe', () => {
  const rows = fc.sample(
    fc.array(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
      { minLength: 2, maxLength: 6 },
    ),
    200,
  );
  const tricky = [
    ['a,b', '"', '\r\n', ''],
    ['é🩸', ' x ', '""', 'line\nend'],
    ['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '-5', '-0.25', '--5', 'a=1'],
  ];
  const all = [...tricky, ...rows];
  const guarded = all.map((row) => row.map((text) => (isFormula(text) ? `'${text}` : text)));
  for (const [separator, sign] of [
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
  ] as const)
    expect(parseCsv([...csv(all, { ...PLAIN_CSV, separator })].join(''), sign)).toEqual(guarded);
}, 120_000);

it('numbers come with the decimal mark asked for, negative ones without an apostrophe', () => {
  const row: Row = [-0.5, 1e-7, 12, 'a;b', '1.5'];
  const german: CsvStyle = { separator: 'semicolon', decimalMark: 'comma', byteOrderMark: true };
  expect([...csv([row], german)].join('')).toBe('\uFEFF-0,5;1e-7;12;"a;b";1.5\r\n');
  expect(csvLine(row)).toBe('-0.5,1e-7,12,a;b,1.5\r\n');
  expect(csvLine([0.5, 2], { ...german, separator: 'comma' })).toBe('"0,5",2\r\n');
});
