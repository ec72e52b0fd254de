import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeExport } from '#main/report/export';
import { openWorkspace, type Workspace } from '#main/store/workspace';
import { batchSchema, type Batch } from '#shared/domain/batch';
import { modelCardSchema, type ModelCard } from '#shared/domain/model';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import { readCsv } from '../support/csv';
import { makeSlidesOf } from '../support/slide';
import { temporaryFolder } from '../support/temporary';
import { readWorkbook } from '../support/workbook';

/** Two slides, one named as a formula, of which two people reviewed cells of the first. */
async function reviewedBatch(folder: string): Promise<{ workspace: Workspace; batch: Batch; card: ModelCard }> {
  makeSlidesOf(folder, ['=1+1', 'ward; 4'], 5, (id) => ({
    classId: id % 4 === 0 ? null : 'neutrophil',
    topClassId: 'neutrophil',
    confidence: 0.5 + id / 100,
  }));
  const workspace = openWorkspace(folder);
  const batch = batchSchema.parse(workspace.batches.list()[0]);
  workspace.batches.setPrecision(batch.id, 'bfloat16');
  const [slide] = workspace.slides.ofBatch(batch.id);
  if (!slide) throw new Error('the batch has slides');
  const [first, second] = workspace.cells
    .ofSlide(slide.id, null, 10)
    .flatMap(({ id, classId }) => (classId === null ? [] : [id]));
  if (first === undefined || second === undefined) throw new Error('the slide has cells');
  workspace.reviews.decide(batch.id, [first], { kind: 'confirm' }, 'Grace');
  workspace.reviews.decide(batch.id, [second], { kind: 'class', classId: 'lymphocyte' }, 'Ada');
  const card = modelCardSchema.parse(JSON.parse(await readFile('models/starter/card.json', 'utf8')));
  return { workspace, batch: workspace.batches.existing(batch.id), card };
}

it.each(['cells', 'slides'] as const)(
  'an exported workbook of %s holds what the CSV of the same batch holds: numbers as numbers, texts as texts',
  async (what) => {
    const folder = await temporaryFolder();
    const { workspace, ...origin } = await reviewedBatch(folder);
    const paths = { csv: join(folder, 'out.csv'), xlsx: join(folder, 'out.xlsx') };
    for (const format of ['csv', 'xlsx'] as const)
      await writeExport({ workspace, ...origin, what, format, slideId: null, path: paths[format] });
    workspace.close();
    const { [what]: sheet, ...others } = readWorkbook(paths.xlsx);
    if (!sheet) throw new Error(`there is a sheet of ${what}`);
    expect(others).toEqual({});
    expect(sheet).toMatchObject({ formulas: 0, frozen: 'A2', bold: [[true], [false]] });
    const [head = [], ...rows] = sheet.rows;
    expect([head, ...rows.map((row) => row.map(asInCsv))]).toEqual(await readCsv(paths.csv));
    const texts = ['file', 'sha256', 'slide', 'class', 'top_class', 'status', 'review', 'notice'];
    const names = ['batch', 'date', 'model', 'model_id', 'precision', 'reviewers'];
    for (const row of rows)
      row.forEach((value, column) => {
        const isText = [...texts, ...names].includes(String(head[column]));
        expect([head[column], typeof value]).toEqual([
          head[column],
          value === null ? 'object' : isText ? 'string' : 'number',
        ]);
      });
    expect(rows.map((row) => row[head.indexOf('slide')])).toContain('=1+1');
    expect(new Set(rows.map((row) => row[head.indexOf('notice')]))).toEqual(new Set([RESEARCH_USE_LINE]));
  },
);

it('differentials say in every format which batch they are of, of when, by which model, how it looked and who reviewed', async () => {
  const folder = await temporaryFolder();
  const { workspace, ...origin } = await reviewedBatch(folder);
  const path = join(folder, 'out.xlsx');
  const save = (format: 'csv' | 'xlsx' | 'json'): Promise<void> =>
    writeExport({ workspace, ...origin, what: 'slides', format, slideId: null, path });
  const named = (reviewers: string): object => ({
    batch: 'A =1+1 and ward; 4 slide',
    date: '2026-11-24T09:14:00.000Z',
    model: 'Starter',
    model_id: 'starter',
    precision: 'bfloat16',
    reviewers,
  });
  const lines = ['Ada; Grace', 'Ada; Grace', '', ''];
  await save('csv');
  expect(byColumn(await readCsv(path))).toMatchObject(lines.map((who) => ({ ...named(who), views: '1' })));
  await save('xlsx');
  expect(byColumn(readWorkbook(path).slides?.rows ?? [])).toMatchObject(
    lines.map((who) => ({ ...named(who), views: 1, reviewers: who === '' ? null : who })),
  );
  await save('json');
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
    batch: 'A =1+1 and ward; 4 slide',
    createdAt: '2026-11-24T09:14:00.000Z',
    model: { id: 'starter', name: 'Starter' },
    views: 1,
    precision: 'bfloat16',
    slides: [{ reviewers: ['Ada', 'Grace'] }, { reviewers: [] }],
  });
  workspace.close();
});

/** A value as CSV has it: led by an apostrophe where a spreadsheet would run it. */
function asInCsv(value: string | number | null): string {
  return typeof value === 'string' && value.startsWith('=') ? `'${value}` : String(value ?? '');
}

function byColumn(table: readonly (readonly unknown[])[]): Record<string, unknown>[] {
  const [head = [], ...rows] = table;
  return rows.map((row) => Object.fromEntries(head.map((column, index) => [String(column), row[index]])));
}
