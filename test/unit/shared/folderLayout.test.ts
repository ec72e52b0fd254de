import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownNames } from '#shared/domain/className';
import { folderLayout, PLAIN_READING, type FolderLayout, type FolderReading } from '#shared/domain/folderLayout';
import { STANDARD_CLASSES } from '#shared/domain/standardClasses';

const STANDARD_NAMES = knownNames(STANDARD_CLASSES);

const layoutOf = (folders: readonly string[], reading: FolderReading = PLAIN_READING): FolderLayout =>
  folderLayout(
    folders.map((folder) => folder.split('/')),
    STANDARD_NAMES,
    reading,
  );

/** Levels, and "class, slide, part" of each folder. */
function read(folders: readonly string[], reading?: FolderReading): { levels: string; labels: string[] } {
  const layout = layoutOf(folders, reading);
  if (layout.kind !== 'recognised') throw new Error(layout.kind);
  const labels = folders.map((folder) => {
    const found = layout.labelsOf(folder.split('/'));
    return found === null ? 'none' : [found.classId, found.slide ?? '-', found.part ?? '-'].join(', ');
  });
  return { levels: layout.levels.join('/'), labels };
}

describe('a layout is recognised by its names', () => {
  it('classes', () => {
    expect(read(['Neutrophils', 'blast'])).toEqual({ levels: 'class', labels: ['neutrophil, -, -', 'blast, -, -'] });
  });

  it('train, val and test are parts, not classes', () => {
    expect(read(['train/neutrophil', 'Val/neutrophil', 'test_set/Lymphocytes'])).toEqual({
      levels: 'part/class',
      labels: ['neutrophil, -, training', 'neutrophil, -, validation', 'lymphocyte, -, test'],
    });
    expect(read(['neutrophil/train', 'neutrophil/test']).levels).toBe('class/part');
  });

  it('patients before classes are groups, and so are slides below them', () => {
    expect(read(['patient1/neutrophil', 'patient1/IG', 'patient2/Neutrophil/slide 2'])).toEqual({
      levels: 'patient/class/folder',
      labels: ['neutrophil, patient1, -', 'ig, patient1, -', 'neutrophil, patient2, -'],
    });
    expect(read(['train/p1/eosinophil', 'test/p2/eosinophil'])).toEqual({
      levels: 'part/patient/class',
      labels: ['eosinophil, p1, training', 'eosinophil, p2, test'],
    });
  });

  it('folders below a slide belong to it', () => {
    const folders = ['neutrophil/slide1', 'neutrophil/slide2', 'neutrophil/slide2/recount', 'lymphocyte/slide1'];
    expect(read(folders)).toEqual({
      levels: 'class/slide/folder',
      labels: ['neutrophil, slide1, -', 'neutrophil, slide2, -', 'neutrophil, slide2, -', 'lymphocyte, slide1, -'],
    });
  });

  it('a folder around everything, and one inside every class, are no groups', () => {
    expect(read(['cells/neutrophil/images', 'cells/lymphocyte/images', 'notes'])).toEqual({
      levels: 'folder/class/folder',
      labels: ['neutrophil, -, -', 'lymphocyte, -, -', 'none'],
    });
  });

  it('a laboratory’s own classes are the outermost level', () => {
    expect(read(['blast', 'smudge/slide 1', 'smudge/slide 2'])).toEqual({
      levels: 'class/slide',
      labels: ['blast, -, -', 'smudge, slide 1, -', 'smudge, slide 2, -'],
    });
    expect(read(['Parasitized/p1', 'Uninfected/p2']).levels).toBe('class/slide');
  });
});

describe('what the names do not tell is asked, not guessed', () => {
  it('unknown names that recur below unknown names: either level may be the classes', () => {
    const folders = ['a/x', 'a/y', 'b/x', 'b/y'];
    expect(layoutOf(folders)).toEqual({
      kind: 'unclear',
      choices: [
        { level: 1, names: ['a', 'b'] },
        { level: 2, names: ['x', 'y'] },
      ],
    });
    expect(read(folders, { ...PLAIN_READING, classLevel: 2 }).labels[0]).toBe('x, a, -');
    expect(read(folders, { ...PLAIN_READING, classLevel: 1 }).labels[0]).toBe('a, x, -');
  });

  it('known classes on two levels', () => {
    expect(layoutOf(['neutrophil/eosinophil', 'neutrophil/slide']).kind).toBe('unclear');
    expect(layoutOf(['neutrophil', 'patient2/neutrophil']).kind).toBe('unclear');
    expect(layoutOf(['blast/slide1', 'blast/slide2', 'smudge/EO']).kind).toBe('unclear');
    expect(read(['neutrophil/neutrophil', 'lymphocyte/lymphocyte']).levels).toBe('class/slide');
  });

  it('parts beside other folders', () => {
    expect(layoutOf(['train/neutrophil', 'test/neutrophil', 'unsorted'])).toEqual({
      kind: 'mixed',
      parts: ['train', 'test'],
      others: ['unsorted'],
    });
    const valid = ['valid', 'invalid'];
    expect(layoutOf(valid).kind).toBe('mixed');
    expect(read(valid, { ...PLAIN_READING, classLevel: 1 }).labels).toEqual(['valid, -, -', 'invalid, -, -']);
  });

  it('parts without classes', () => {
    expect(layoutOf(['train', 'test'])).toEqual({ kind: 'unclear', choices: [] });
  });
});

describe('folders that become one class', () => {
  const joined = (...folders: string[]): unknown => {
    const layout = layoutOf(folders);
    return layout.kind === 'recognised' ? layout.joined : layout.kind;
  };

  it('side by side are named, spelling by spelling', () => {
    expect(
      joined('neutrophil', 'Neutrophil', 'lymphocyte', 'lymphocyte ', 'e\u0301osine', '\u00e9osine', 'ig'),
    ).toEqual([
      { classId: 'neutrophil', folders: ['neutrophil', 'Neutrophil'] },
      { classId: 'lymphocyte', folders: ['lymphocyte', 'lymphocyte '] },
      { classId: '\u00e9osine', folders: ['e\u0301osine', '\u00e9osine'] },
    ]);
  });

  it('of different patients or parts are one class without a question', () => {
    expect(joined('p1/neutrophil', 'p2/Neutrophils', 'p2/Blast', 'p1/blasts')).toEqual([]);
    expect(joined('train/neutrophil', 'test/NEU')).toEqual([]);
  });
});

it('whatever the folders are called, each image’s folder is labelled, left out, or asked about', () => {
  const name = fc.constantFrom('train', 'test', 'neutrophil', 'Neutrophils', 'IG', 'p1', 'p2', 'slide', 'blast', '');
  const paths = fc.uniqueArray(fc.array(name, { maxLength: 4 }), { maxLength: 12, selector: (path) => path.join('/') });
  fc.assert(
    fc.property(paths, fc.option(fc.integer({ min: 1, max: 4 })), (folders, classLevel) => {
      const layout = folderLayout(folders, STANDARD_NAMES, { joinClasses: false, classLevel });
      if (layout.kind !== 'recognised') return;
      const classDepth = layout.levels.indexOf('class');
      for (const path of folders) {
        const labels = layout.labelsOf(path);
        if (path.length <= classDepth || classDepth < 0) expect(labels).toBeNull();
        else expect(labels?.classId).toEqual(expect.any(String));
      }
    }),
    { numRuns: 2000 },
  );
});
