import { randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runIdSchema } from '#shared/domain/ids';
import { UNFINISHED } from '#shared/domain/unfinished';
import { copyClasses, hasData } from '../support/data';
import { openProgram, smallRecipe } from '../support/program';
import { temporaryFolder } from '../support/temporary';

/** Every file under a folder with what it holds. */
async function contentOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(await Promise.all(files.map(async (path) => [path, await readFile(path, 'base64')] as const)));
}

describe('a folder in models/ of which no list knows', () => {
  it('stays as it is when it is imported, and when another model of its name is, in whatever case', async () => {
    const folder = await temporaryFolder();
    const lost = join(folder, 'workspace', 'models', 'lab');
    await cp(join('models', 'starter'), join(folder, 'LAB'), { recursive: true });
    const program = openProgram(join(folder, 'workspace'));
    try {
      // Brought there by hand: a workspace that began with it would count as one whose database was lost.
      await cp(join('models', 'starter'), lost, { recursive: true });
      const before = await contentOf(lost);
      const imported = [await program.importModel(lost), await program.importModel(join(folder, 'LAB'))];
      expect(imported.map(({ id }) => id)).toEqual(['lab-2', 'LAB-3']);
      expect(await contentOf(lost)).toEqual(before);
      await expect(program.importModel(join(folder, 'workspace', 'log'))).rejects.toThrow('is not there');
      expect((await readdir(join(folder, 'workspace', 'models'))).sort()).toEqual([
        UNFINISHED,
        'LAB-3',
        'lab',
        'lab-2',
      ]);
    } finally {
      await program.close();
    }
  });

  it.skipIf(!hasData)('stays as it is when a model of its name is trained', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 12, ['eosinophil', 'lymphocyte']);
    const notes = join(folder, 'workspace', 'models', 'lab', 'notes.txt');
    await mkdir(join(notes, '..'), { recursive: true });
    await writeFile(notes, 'keep me');
    const program = openProgram(join(folder, 'workspace'));
    try {
      const id = runIdSchema.parse(randomUUID());
      program.createRun({ id, name: 'Lab', folder: join(folder, 'data'), recipe: smallRecipe(1) });
      const { entry: run } = await program.trainings.run(id);
      expect([run.state, run.modelId, run.failure]).toEqual(['done', 'Lab-2', null]);
      expect(await readFile(notes, 'utf8')).toBe('keep me');
    } finally {
      await program.close();
    }
  });
});
