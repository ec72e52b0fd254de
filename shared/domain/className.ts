import type { ClassDefinition } from './cellClass';

/** A class that is known, with every name that stands for it: its id, its name, its code and its aliases. */
export interface KnownClass {
  readonly id: string;
  readonly names: readonly string[];
}

/** What laboratories and analysers call the standard classes, beside their id, name and code. Only synonyms: a stage or a subtype may be a class of its own. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    neutrophil: ['neut', 'neutro', 'neutrophil granulocyte', 'neutrophilic granulocyte'],
    lymphocyte: ['lymph', 'lympho'],
    monocyte: ['mono'],
    eosinophil: ['eo', 'eosino', 'eosinophil granulocyte', 'eosinophilic granulocyte'],
    basophil: ['baso', 'basophil granulocyte', 'basophilic granulocyte'],
    erythroblast: ['nucleated red blood cell', 'nucleated red cell', 'normoblast'],
    platelet: ['thrombocyte'],
  }),
);

/** Defined classes by all their names. */
export function knownNames(definitions: readonly Pick<ClassDefinition, 'id' | 'name' | 'code'>[]): KnownClass[] {
  return definitions.map(({ id, name, code }) => ({ id, names: [id, name, code, ...(ALIASES.get(id) ?? [])] }));
}

/**
 * What two spellings of one class name share: trimmed, in Unicode NFC, without case, with single spaces for `_`, `-`, `.` and
 * blanks, the last word in the singular. `classKey('Immature_Granulocytes ')` is `immature granulocyte`.
 */
export function classKey(name: string): string {
  const words = name
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\s._-]+/g, ' ')
    .trim();
  return words.replace(/(?<=[^\s]{2})(?<!s)s$/, '');
}

/** Id of the known class that a name stands for; null if none of them is called so. */
export function knownClass(name: string, known: readonly KnownClass[]): string | null {
  const key = classKey(name);
  return known.find(({ names }) => names.some((each) => classKey(each) === key))?.id ?? null;
}
