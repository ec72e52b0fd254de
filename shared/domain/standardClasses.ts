import type { CellRole, ClassDefinition } from './cellClass';

type Row = readonly [id: string, name: string, code: string, colour: string, role: CellRole, parentId: string | null];

/** In the order laboratories report. Colours are apart for colour-blind people (after Paul Tol's qualitative sets). */
const STANDARD: readonly Row[] = [
  ['neutrophil', 'Neutrophil', 'NEU', '#33BBEE', 'white', null],
  ['lymphocyte', 'Lymphocyte', 'LYM', '#0077BB', 'white', null],
  ['monocyte', 'Monocyte', 'MON', '#009988', 'white', null],
  ['eosinophil', 'Eosinophil', 'EOS', '#EE7733', 'white', null],
  ['basophil', 'Basophil', 'BAS', '#6655CC', 'white', null],
  ['ig', 'Immature granulocyte', 'IG', '#CC6699', 'white', null],
  ['erythroblast', 'Erythroblast', 'NRBC', '#CC3311', 'erythroblast', null],
  ['platelet', 'Platelet', 'PLT', '#999933', 'platelet', null],
];

/** Classes that a person can assign although no model that ships knows them. Their colours are those that freeColour finds after the standard ones. */
const OFFERED: readonly Row[] = [
  ['blast', 'Blast', 'BLA', '#227700', 'white', null],
  ['atypical_lymphocyte', 'Atypical lymphocyte', 'ALY', '#8888EE', 'white', null],
  ['plasma_cell', 'Plasma cell', 'PLC', '#886611', 'white', null],
  ['band', 'Band neutrophil', 'BAND', '#995566', 'white', 'neutrophil'],
  ['metamyelocyte', 'Metamyelocyte', 'META', '#AA55CC', 'white', 'ig'],
  ['myelocyte', 'Myelocyte', 'MYEL', '#00AA44', 'white', 'ig'],
  ['promyelocyte', 'Promyelocyte', 'PROM', '#007766', 'white', 'ig'],
  ['smudge_cell', 'Smudge cell', 'SMU', '#2299CC', 'other', null],
  ['giant_platelet', 'Giant platelet', 'GPLT', '#BB7711', 'platelet', 'platelet'],
  ['artefact', 'Artefact', 'ART', '#776699', 'other', null],
];

/** The eight classes that every workspace begins with; key N on the keyboard is the N-th of them. */
export const STANDARD_CLASSES: readonly ClassDefinition[] = STANDARD.map((row, index) => ({
  ...fieldsOf(row),
  key: index + 1,
  origin: 'standard',
  position: index,
}));

/** What a new workspace defines: the standard classes, then those offered to a person. */
export const FIRST_CLASSES: readonly ClassDefinition[] = [
  ...STANDARD_CLASSES,
  ...OFFERED.map((row, index): ClassDefinition => ({
    ...fieldsOf(row),
    key: null,
    origin: 'offered',
    position: STANDARD.length + index,
  })),
];

function fieldsOf([id, name, code, colour, role, parentId]: Row): Omit<ClassDefinition, 'key' | 'origin' | 'position'> {
  return { id, name, code, colour, role, parentId };
}
