import { knownNames, type KnownClass } from '#shared/domain/className';
import type { ModelCatalog } from './modelCatalog';
import type { Workspace } from './store/workspace';

/** The classes that folders may be named after: those named first, those the workspace defines, and those of its models. */
export function knownClasses(
  { classes }: Workspace,
  catalog: ModelCatalog,
  first: readonly string[] = [],
): KnownClass[] {
  const current = classes.current();
  const ofModels = catalog.list().flatMap(({ card }) => card.classIds);
  return knownNames([
    ...first.map((id) => current.of(id)),
    ...current.definitions,
    ...current.undefinedAmong(ofModels).map((id) => current.of(id)),
  ]);
}
