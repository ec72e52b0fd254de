import type { Workspace } from '#main/store/workspace';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { PLAIN_READING } from '#shared/domain/folderLayout';
import { runIdSchema, type RunId } from '#shared/domain/ids';
import type { RecipeKind } from '#shared/domain/recipe';

const ids = ['6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', '7f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'].map((id) =>
  runIdSchema.parse(id),
);

/** A run in a workspace, the first or the second, on the folder /data. */
export function createRun({ runs }: Workspace, index: number, kind: RecipeKind, folder = '/data'): RunId {
  const id = ids[index];
  if (!id) throw new Error('two runs');
  const createdAt = `2026-11-24T09:0${String(index)}:00Z`;
  runs.create({
    id,
    name: 'r',
    createdAt,
    folder,
    reading: PLAIN_READING,
    description: 'd',
    recipe: defaultRecipe(kind),
  });
  return id;
}
