import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeExport } from '#main/report/export';
import { openWorkspace, type Workspace } from '#main/store/workspace';
import { batchSchema } from '#shared/domain/batch';
import type { ClassChange } from '#shared/domain/cellClass';
import { FIRST_CLASSES } from '#shared/domain/standardClasses';
import { FailureError } from '#shared/domain/failure';
import { modelCardSchema } from '#shared/domain/model';
import { makeSlide } from '../support/slide';
import { temporaryFolder } from '../support/temporary';

const HAIRY: ClassChange = {
  id: 'hairy cell',
  name: 'Hairy cell',
  code: 'HCL',
  colour: '#BB3377',
  role: 'white',
  parentId: 'lymphocyte',
  key: null,
};

/** The rows of a table of differentials by column name. */
async function exportedSlides(workspace: Workspace, folder: string): Promise<Record<string, string>[]> {
  const [batch] = workspace.batches.list();
  const card = modelCardSchema.parse(JSON.parse(await readFile('models/starter/card.json', 'utf8')));
  const path = join(folder, 'slides.csv');
  await writeExport({
    workspace,
    card,
    batch: batchSchema.parse(batch),
    what: 'slides',
    format: 'csv',
    slideId: null,
    path,
  });
  const [head = [], ...lines] = (await readFile(path, 'utf8'))
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
  expect(new Set(head).size).toBe(head.length);
  return lines.map((line) => Object.fromEntries(head.map((column, index) => [column, line[index] ?? ''])));
}

it('classes are kept with their names, codes, colours, roles, parents and keys, also after a restart', async () => {
  const folder = await temporaryFolder();
  const workspace = openWorkspace(folder);
  expect(workspace.classes.list()).toEqual(FIRST_CLASSES);
  const [neutrophil, lymphocyte] = FIRST_CLASSES;
  if (!neutrophil || !lymphocyte) throw new Error('two classes');
  // Codes, colours and keys exchanged at once, a parent renamed, a subtype added.
  const swapped = [
    { ...neutrophil, code: 'LYM', colour: lymphocyte.colour, key: 2, name: 'Segmented' },
    { ...lymphocyte, code: 'NEU', colour: neutrophil.colour, key: 1 },
  ];
  const saved = workspace.classes.save([...swapped, HAIRY]);
  workspace.close();
  const again = openWorkspace(folder);
  expect(again.classes.list()).toEqual(saved);
  expect(saved.slice(0, 2)).toEqual(swapped);
  expect(saved.at(-1)).toEqual({ ...HAIRY, origin: 'own', position: FIRST_CLASSES.length });
  expect(again.database.pragma('foreign_key_check')).toEqual([]);
  again.close();
});

it('classes that could not be told apart are refused, and nothing is saved', async () => {
  const workspace = openWorkspace(await temporaryFolder());
  for (const change of [{ code: 'lym' }, { colour: '#33bbee' }, { name: 'Blast' }, { parentId: 'nobody' }])
    expect(() => workspace.classes.save([{ ...HAIRY, ...change }])).toThrow(FailureError);
  expect(workspace.classes.list()).toEqual(FIRST_CLASSES);
  workspace.close();
});

it('an exported differential has every class that the slides have cells of, and every cell in one of its sums', async () => {
  const folder = await temporaryFolder();
  makeSlide(folder, {
    blast: 120,
    neutrophil: 40,
    band: 15,
    'hairy cell': 5,
    erythroblast: 3,
    giant_platelet: 2,
    smudge_cell: 4,
    Neutrophil: 6,
    slide: 1,
    other_cells: 2,
    constructor: 3,
    '': 7,
  });
  const workspace = openWorkspace(folder);
  workspace.classes.save([HAIRY]);
  const [before] = await exportedSlides(workspace, folder);
  const value = (column: string): number => Number(before?.[column] ?? NaN);
  expect(before).toMatchObject({
    white_cells: '180',
    neutrophil: '55',
    band: '15',
    lymphocyte: '5',
    'hairy cell': '5',
    blast: '120',
    blast_percent: '66.6667',
    erythroblasts: '3',
    platelets: '2',
    giant_platelet: '2',
    other_cells: '4',
    smudge_cell: '4',
    role_not_known: '12',
    Neutrophil: '6',
    class_slide: '1',
    class_other_cells: '2',
    constructor: '3',
    unidentified: '7',
    cells: '208',
  });
  const sums = ['white_cells', 'erythroblasts', 'platelets', 'other_cells', 'role_not_known', 'unidentified'];
  expect(sums.reduce((total, column) => total + value(column), 0)).toBe(value('cells'));
  const standard = ['neutrophil', 'lymphocyte', 'monocyte', 'eosinophil', 'basophil', 'ig'];
  expect([...standard, 'blast'].reduce((total, column) => total + value(column), 0)).toBe(180);
  workspace.close();
});

it('a differential without a white cell is exported without a percentage', async () => {
  const folder = await temporaryFolder();
  makeSlide(folder, { platelet: 3, stranger: 2 });
  const workspace = openWorkspace(folder);
  expect(await exportedSlides(workspace, folder)).toMatchObject([
    { white_cells: '0', neutrophil_percent: '', platelets: '3', role_not_known: '2', stranger: '2', cells: '5' },
    { white_cells: '0', neutrophil_percent: '', platelets: '3', role_not_known: '2', stranger: '2', cells: '5' },
  ]);
  workspace.close();
});
