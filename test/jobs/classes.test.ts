import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openWorkspace } from '#main/store/workspace';
import { smearscope } from '../support/commandLine';
import { classOfSample, SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

/** A folder per class: the sample's lymphocytes and neutrophils, these under a name that nobody defined. */
async function labelled(folder: string): Promise<string> {
  const data = join(folder, 'labelled');
  for (const name of await readdir(SAMPLE_SLIDE)) {
    const classId = classOfSample(name);
    if (classId !== 'lymphocyte' && classId !== 'neutrophil') continue;
    const into = join(data, classId === 'neutrophil' ? 'hairy cell' : classId);
    await mkdir(into, { recursive: true });
    await copyFile(join(SAMPLE_SLIDE, name), join(into, name));
  }
  return data;
}

it('classes that nobody defined are named after a training and a classification, until their role is set', async () => {
  const folder = await temporaryFolder();
  const workspace = join(folder, 'workspace');
  const run = (...args: string[]): ReturnType<typeof smearscope> => smearscope([...args, '--workspace', workspace]);
  const classify = (): ReturnType<typeof smearscope> =>
    run('classify', SAMPLE_SLIDE, '--model', 'ours', '--out', join(folder, 'out.csv'));

  const small = ['inputSize=64', 'views=1', 'epochs=5', 'hidden=16'].flatMap((each) => ['--set', each]);
  const trained = await run('train', '--data', await labelled(folder), '--name', 'ours', ...small);
  expect(trained.code, trained.error).toBe(0);
  expect(trained.error).toContain('It is not known what these classes of "ours" count as: hairy cell.');
  expect((await classify()).error).toContain('--set "hairy cell=white"');
  expect((await run('classes')).out).toContain('role not known: hairy cell (ours)');

  const set = await run('classes', '--set', 'hairy cell=white', '--set', 'smear=artefact', '--json');
  expect(set.code, set.error).toBe(0);
  expect(JSON.parse(set.out)).toMatchObject({ roleNotKnown: [] });
  expect((await classify()).error).not.toContain('not known');
  const opened = openWorkspace(workspace);
  expect(opened.classes.list().slice(-2)).toMatchObject([
    { id: 'hairy cell', name: 'Hairy cell', code: 'HAIR', role: 'white', parentId: null, origin: 'own' },
    { id: 'smear', role: 'other', parentId: 'artefact', origin: 'own' },
  ]);
  opened.close();
});

it('a role that there is not, or one that cannot be changed, is refused in words, and nothing is saved', async () => {
  const workspace = join(await temporaryFolder(), 'workspace');
  for (const [set, message] of [
    ['blast=leucocyte', /"blast=leucocyte" does not say what a class counts as/],
    ['blast', /does not say what a class counts as/],
    ['ig=other', /What "Immature granulocyte" counts as cannot be changed/],
  ] as const) {
    const { code, error } = await smearscope(['classes', '--set', 'one=white', '--set', set, '--workspace', workspace]);
    expect(code, error).toBe(2);
    expect(error).toMatch(message);
  }
  expect((await smearscope(['classes', '--workspace', workspace])).out).not.toContain('one');
});
