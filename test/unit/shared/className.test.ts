import fc from 'fast-check';
import { expect, it } from 'vitest';
import { classKey, knownClass, knownNames } from '#shared/domain/className';
import { FIRST_CLASSES, STANDARD_CLASSES } from '#shared/domain/standardClasses';

const STANDARD_NAMES = knownNames(STANDARD_CLASSES);

it.each([
  ['Neutrophil', 'neutrophil'],
  [' neutrophils ', 'neutrophil'],
  ['NEUTROPHILS', 'neutrophil'],
  ['Immature granulocytes', 'ig'],
  ['immature_granulocyte', 'ig'],
  ['IG', 'ig'],
  ['IGs', 'ig'],
  ['nRBCs', 'erythroblast'],
  ['Nucleated red blood cells', 'erythroblast'],
  ['Thrombocytes', 'platelet'],
  ['BASO', 'basophil'],
  ['LYM', 'lymphocyte'],
])('“%s” is the class %s', (name, id) => {
  expect(knownClass(name, STANDARD_NAMES)).toBe(id);
});

it.each(['blast', 'metamyelocyte', 'band neutrophil', 'slide 1', '', 's'])('“%s” is no standard class', (name) => {
  expect(knownClass(name, STANDARD_NAMES)).toBeNull();
});

it('no name stands for two of the classes that come with the program', () => {
  const keys = knownNames(FIRST_CLASSES).flatMap(({ names }) => [...new Set(names.map(classKey))]);
  expect(new Set(keys).size).toBe(keys.length);
});

it('a class of the laboratory’s own is known by the names it was given', () => {
  expect(knownClass('Blasts', [{ id: 'b', names: ['blast'] }])).toBe('b');
});

it('spelling does not make another class: blanks, case, Unicode form, plural', () => {
  const names = STANDARD_CLASSES.flatMap(({ id, name, code }) => [id, name, code]);
  const spelling = fc.tuple(
    fc.constantFrom(...names, 'éosinophile', 'Ölzelle', 'smudge cell'),
    fc.constantFrom('', ' ', '\t', '_'),
    fc.constantFrom('NFC', 'NFD'),
    fc.boolean(),
    fc.boolean(),
  );
  fc.assert(
    fc.property(spelling, ([name, blank, form, upper, plural]) => {
      const spelt = `${blank}${(upper ? name.toUpperCase() : name).replaceAll(' ', blank || ' ')}${plural && !/s$/i.test(name) ? 's' : ''}${blank}`;
      expect(classKey(spelt.normalize(form))).toBe(classKey(name));
    }),
  );
});

it('what two spellings share is its own spelling', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      fc.pre(!/s[\s._-]*s[\s._-]*$/i.test(name));
      expect(classKey(classKey(name))).toBe(classKey(name));
    }),
  );
});
