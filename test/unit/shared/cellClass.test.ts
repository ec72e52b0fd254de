import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CellClasses,
  classDefinitionSchema,
  UNIDENTIFIED_COLOUR,
  type ClassDefinition,
} from '#shared/domain/cellClass';
import { changedClasses, classProblems, proposedClass } from '#shared/domain/changeClasses';
import { contrastOf, freeColour } from '#shared/domain/colour';
import { FIRST_CLASSES, STANDARD_CLASSES } from '#shared/domain/standardClasses';

const classes = new CellClasses(FIRST_CLASSES);
const definition = (id: string): ClassDefinition => {
  const found = FIRST_CLASSES.find((each) => each.id === id);
  if (!found) throw new Error(`There is no ${id}.`);
  return found;
};
const after = (...changes: Parameters<typeof changedClasses>[1]): string[] =>
  classProblems(changedClasses(FIRST_CLASSES, changes));

describe('the classes that a workspace begins with', () => {
  it('are the eight standard ones on keys 1 to 8 and those that only a person can assign, all apart', () => {
    expect(STANDARD_CLASSES.map(({ code, key }) => `${String(key)} ${code}`)).toEqual(
      ['NEU', 'LYM', 'MON', 'EOS', 'BAS', 'IG', 'NRBC', 'PLT'].map((code, index) => `${String(index + 1)} ${code}`),
    );
    expect(FIRST_CLASSES.slice(8).map(({ id, role, parentId }) => [id, role, parentId])).toEqual([
      ['blast', 'white', null],
      ['atypical_lymphocyte', 'white', null],
      ['plasma_cell', 'white', null],
      ['band', 'white', 'neutrophil'],
      ['metamyelocyte', 'white', 'ig'],
      ['myelocyte', 'white', 'ig'],
      ['promyelocyte', 'white', 'ig'],
      ['smudge_cell', 'other', null],
      ['giant_platelet', 'platelet', 'platelet'],
      ['artefact', 'other', null],
    ]);
    for (const each of FIRST_CLASSES) expect(classDefinitionSchema.parse(each)).toEqual(each);
    expect(classProblems(FIRST_CLASSES)).toEqual([]);
  });

  it('stand in the order laboratories report, those without a definition after them by id', () => {
    const ids = ['smudge', 'platelet', 'basophil', 'blast', 'neutrophil', 'abc', 'blast'];
    expect(classes.inReportOrder(ids).map(({ id }) => id)).toEqual([
      'neutrophil',
      'basophil',
      'platelet',
      'blast',
      'abc',
      'smudge',
    ]);
  });
});

describe('a class without a definition', () => {
  it('has no role until a person says it', () => {
    expect(classes.of('smudge')).toMatchObject({ name: 'Smudge', code: 'SMUD?', role: null });
    expect(classes.undefinedAmong(['neutrophil', 'smudge', 'Neutrophil', 'smudge'])).toEqual(['smudge', 'Neutrophil']);
  });

  it('is offered a name, a code and a colour of its own, whatever it is called', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 255, unit: 'grapheme' }), { maxLength: 12 });
    fc.assert(
      fc.property(ids, (names) => {
        let all: ClassDefinition[] = [...FIRST_CLASSES];
        for (const id of names.filter((each) => classes.of(each).role === null)) {
          const proposal = proposedClass(id, all);
          all = changedClasses(all, [{ ...proposal, role: proposal.role ?? 'other' }]);
        }
        for (const each of all) classDefinitionSchema.parse(each);
        expect(classProblems(all)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('that is another class in another spelling is offered as a subtype of it', () => {
    for (const id of ['Neutrophil', ' neutrophil', 'NEUTROPHILS', 'Band neutrophil', 'neutro'])
      expect(proposedClass(id, FIRST_CLASSES), id).toMatchObject({ role: 'white', parentId: 'neutrophil' });
  });
});

describe('definitions', () => {
  it('are refused where two could not be told apart', () => {
    const blast = definition('blast');
    expect(after({ ...blast, code: 'neu' })).toEqual(['"Neutrophil" and "Blast" have the same code.']);
    expect(after({ ...blast, name: ' neutrophil' })).toEqual(['"Neutrophil" and " neutrophil" have the same name.']);
    expect(after({ ...blast, colour: '#33bbee' })).toEqual(['"Neutrophil" and "Blast" have the same colour.']);
  });

  it('keep what the standard classes count as, and one level of subtypes of one role', () => {
    expect(after({ ...definition('ig'), role: 'other' })).toContain(
      'What "Immature granulocyte" counts as cannot be changed.',
    );
    expect(after({ ...definition('blast'), parentId: 'band' })).toEqual([
      '"Band neutrophil" is a subtype itself, and has none.',
    ]);
    expect(after({ ...definition('blast'), parentId: 'platelet' })).toHaveLength(1);
    expect(after({ ...definition('blast'), parentId: 'nobody' })).toHaveLength(1);
  });

  it('give a key to the class that asked for it last', () => {
    const changed = changedClasses(FIRST_CLASSES, [{ ...definition('blast'), key: 6 }]);
    expect(classProblems(changed)).toEqual([]);
    expect(changed.filter(({ id }) => id === 'blast' || id === 'ig').map(({ id, key }) => [id, key])).toEqual([
      ['ig', null],
      ['blast', 6],
    ]);
  });
});

describe('a colour for one more class', () => {
  it('differs from all others and can be seen on light and on dark, for a hundred classes', () => {
    const used = [...FIRST_CLASSES.map(({ colour }) => colour), UNIDENTIFIED_COLOUR];
    for (let count = 0; count < 82; count++) {
      const colour = freeColour(used);
      expect(used).not.toContain(colour);
      for (const ground of ['#ffffff', '#1b1b1d']) expect(contrastOf(colour, ground)).toBeGreaterThanOrEqual(3);
      used.push(colour);
    }
  });
});
