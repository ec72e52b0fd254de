import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ModelCatalog } from '#main/modelCatalog';
import { resourcesIn } from '#main/resources';
import { openWorkspace } from '#main/store/workspace';
import { temporaryFolder } from '../support/temporary';

it('the id of a model keeps the letters of its name, without their marks', async () => {
  const workspace = openWorkspace(await temporaryFolder());
  try {
    const catalog = new ModelCatalog(workspace, resourcesIn(resolve('.')));
    expect(['Ärzte Weiß 1 / neu', 'Crème', '日本'].map((name) => catalog.freeId(name))).toEqual([
      'Arzte-Weiss-1-neu',
      'Creme',
      'model',
    ]);
  } finally {
    workspace.close();
  }
});
