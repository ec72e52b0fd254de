import { z } from 'zod';

/** What a class means for the differential: only white cells enter the denominator. */
export const cellRoleSchema = z.enum(['white', 'erythroblast', 'platelet', 'other']);

export const cellClassSchema = z.object({
  /** Folder name, CSV value and key in the database. */
  id: z.string().min(1),
  name: z.string().min(1),
  /** Laboratory code, shown wherever the colour is. */
  code: z.string().min(1),
  /** sRGB hex; apart for colour-blind people (after Paul Tol's qualitative sets). */
  colour: z.string(),
  role: cellRoleSchema,
});

export type CellClass = z.infer<typeof cellClassSchema>;

/** The eight standard classes in report order; key N on the keyboard is the N-th of them. */
export const STANDARD_CLASSES: readonly CellClass[] = [
  { id: 'neutrophil', name: 'Neutrophil', code: 'NEU', colour: '#33BBEE', role: 'white' },
  { id: 'lymphocyte', name: 'Lymphocyte', code: 'LYM', colour: '#0077BB', role: 'white' },
  { id: 'monocyte', name: 'Monocyte', code: 'MON', colour: '#009988', role: 'white' },
  { id: 'eosinophil', name: 'Eosinophil', code: 'EOS', colour: '#EE7733', role: 'white' },
  { id: 'basophil', name: 'Basophil', code: 'BAS', colour: '#6655CC', role: 'white' },
  { id: 'ig', name: 'Immature granulocyte', code: 'IG', colour: '#CC6699', role: 'white' },
  { id: 'erythroblast', name: 'Erythroblast', code: 'NRBC', colour: '#CC3311', role: 'erythroblast' },
  { id: 'platelet', name: 'Platelet', code: 'PLT', colour: '#999933', role: 'platelet' },
];

/** Colour of a cell that has no class. */
export const UNIDENTIFIED_COLOUR = '#888888';

/** Colours for classes of a project's own, again after Paul Tol. */
const EXTRA_COLOURS = ['#44AA99', '#882255', '#DDCC77', '#117733', '#AA4499', '#88CCEE', '#332288', '#661100'];

/** The standard class with this id, or a class of the project's own made from the id (counted as *other*, outside the differential). */
export function cellClassOf(id: string): CellClass {
  const standard = STANDARD_CLASSES.find((each) => each.id === id);
  if (standard) return standard;
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return {
    id,
    name: id.charAt(0).toUpperCase() + id.slice(1),
    code: id.slice(0, 4).toUpperCase(),
    colour: EXTRA_COLOURS[sum % EXTRA_COLOURS.length] ?? UNIDENTIFIED_COLOUR,
    role: 'other',
  };
}

/** These ids in report order: standard classes as laboratories list them, a project's own after them by name. */
export function inReportOrder(ids: readonly string[]): CellClass[] {
  const rank = (id: string): number => {
    const index = STANDARD_CLASSES.findIndex((each) => each.id === id);
    return index < 0 ? STANDARD_CLASSES.length : index;
  };
  return [...ids].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).map(cellClassOf);
}
