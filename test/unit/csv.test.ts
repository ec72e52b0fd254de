import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvLine } from '#main/report/csv';

it('whatever stands in a field, Python’s csv module reads it back', () => {
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
  ];
  const text = [...tricky, ...rows].map(csvLine).join('');
  const script =
    'import csv,io,json,sys; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))))';
  const read = JSON.parse(execFileSync('python3', ['-c', script], { input: text }).toString()) as string[][];
  expect(read).toEqual([...tricky, ...rows]);
});
