import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ModelCatalog } from '#main/modelCatalog';
import { resourcesIn } from '#main/resources';
import { openWorkspace, type Workspace } from '#main/store/workspace';
import { modelIdSchema, type ModelId } from '#shared/domain/ids';
import type { ModelCard } from '#shared/domain/model';
import { temporaryFolder } from '../support/temporary';

async function idsIn(workspace: Workspace, names: readonly string[]): Promise<ModelId[]> {
  const catalog = new ModelCatalog(workspace, resourcesIn(resolve('.')));
  return Promise.all(names.map((name) => catalog.withNewId(name, (id) => Promise.resolve(id))));
}

it('the id of a model keeps the letters of its name, without their marks, and names a folder on every system', async () => {
  const workspace = openWorkspace(await temporaryFolder());
  try {
    expect(await idsIn(workspace, ['Ärzte Weiß 1 / neu', 'Crème', '日本', 'NUL', 'com1.old', 'lab.', 'lab. '])).toEqual(
      ['Arzte-Weiss-1-neu', 'Creme', 'model', 'model-NUL', 'model-com1.old', 'lab', 'lab-2'],
    );
  } finally {
    workspace.close();
  }
});

it('names that differ in case alone get ids that differ in more, also from folders of which no list knows', async () => {
  const workspace = openWorkspace(await temporaryFolder());
  try {
    await mkdir(join(workspace.models, 'Lab'));
    expect(await idsIn(workspace, ['lab', 'STARTER', 'LAB'])).toEqual(['lab-2', 'STARTER-2', 'LAB-3']);
    expect(await idsIn(workspace, ['lab'])).toEqual(['lab-2']);
  } finally {
    workspace.close();
  }
});

it('a model whose folder holds another one is not run in its name, and its figures can still be seen', async () => {
  const workspace = openWorkspace(await temporaryFolder());
  try {
    const catalog = new ModelCatalog(workspace, resourcesIn(resolve('.')));
    const starter = catalog.get('starter').card;
    const card = { ...starter, id: modelIdSchema.parse('Lab'), name: 'Lab' };
    workspace.cards.add(card);
    await mkdir(catalog.folderOf(card.id));
    const written = (inFolder: ModelCard): Promise<void> =>
      writeFile(join(catalog.folderOf(card.id), 'card.json'), JSON.stringify(inFolder));
    await written({ ...card, name: 'renamed' });
    expect(catalog.checked('Lab').card).toEqual(card);
    for (const other of [
      { ...card, classIds: card.classIds.toReversed() },
      { ...card, files: { ...card.files, 'weights.bin': '0' } },
    ]) {
      await written(other);
      expect(() => catalog.checked('Lab')).toThrow('holds another model than "Lab"');
    }
    expect(catalog.get('Lab').card).toEqual(card);
  } finally {
    workspace.close();
  }
});
