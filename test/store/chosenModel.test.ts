import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ModelCatalog } from '#main/modelCatalog';
import { resourcesIn } from '#main/resources';
import { openWorkspace } from '#main/store/workspace';
import { modelIdSchema } from '#shared/domain/ids';
import { chosenModel } from '../../electron/cli/chosenModel';
import { temporaryFolder } from '../support/temporary';

it('a name that two models have is refused, and each can be chosen by its id', async () => {
  const workspace = openWorkspace(await temporaryFolder());
  try {
    const catalog = new ModelCatalog(workspace, resourcesIn(resolve('.')));
    const { card } = catalog.get(catalog.liveId());
    for (const id of ['lab', 'lab-2'])
      workspace.cards.add({ ...card, id: modelIdSchema.parse(id), name: 'lab', files: {} });
    expect(() => chosenModel(catalog, 'lab')).toThrow(
      /"lab" means several models: (lab \(.*lab-2 \(|lab-2 \(.*lab \()/,
    );
    expect(chosenModel(catalog, 'id:lab').card.id).toBe('lab');
    expect(chosenModel(catalog, 'lab-2').card.id).toBe('lab-2');
    expect(chosenModel(catalog, card.name).card.id).toBe(card.id);
    expect(chosenModel(catalog, undefined).card.id).toBe(catalog.liveId());
    expect(() => chosenModel(catalog, 'none')).toThrow('There is no model "none" in this workspace.');
  } finally {
    workspace.close();
  }
});
