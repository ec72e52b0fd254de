import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slideNames } from '#shared/domain/slideName';

it('slides of one inner folder name are told apart by the folder above', () => {
  expect(slideNames(['/in/patient_A/cells', '/in/patient_B/cells', '/in/slide 7'])).toEqual([
    'patient_A/cells',
    'patient_B/cells',
    'slide 7',
  ]);
  expect(slideNames(['/a/x/cells', '/b/x/cells', '/b/y/cells', '/cells'])).toEqual([
    'a/x/cells',
    'b/x/cells',
    'y/cells',
    '/cells',
  ]);
  expect(slideNames(['C:\\one\\cells', 'C:\\two\\cells', '/'])).toEqual(['one/cells', 'two/cells', '/']);
});

it('names of slides are all different, and as short as that allows', () => {
  const folder = fc
    .array(fc.constantFrom('a', 'b', 'cells', 'recount'), { minLength: 1, maxLength: 5 })
    .map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.uniqueArray(folder, { maxLength: 30 }), (folders) => {
      const names = slideNames(folders);
      expect(new Set(names).size).toBe(names.length);
      names.forEach((name, index) => {
        expect(folders[index]?.endsWith(name)).toBe(true);
        const shorter = name.slice(name.indexOf('/') + 1);
        if (shorter === name || name.startsWith('/')) return;
        expect(folders.filter((each) => each.endsWith(`/${shorter}`)).length).toBeGreaterThan(1);
      });
    }),
    { numRuns: 1000 },
  );
});
