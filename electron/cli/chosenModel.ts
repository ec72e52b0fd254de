import type { ModelCatalog, PlacedModel } from '#main/modelCatalog';
import { FailureError } from '#shared/domain/failure';

/** Before an id, where the id of one model is the name of another. */
const BY_ID = 'id:';

/**
 * The model that a person names: by `id:<id>`, else by its name or its id; the live one where nothing is named.
 * FailureError `not-found` lists the models; `invalid-argument` lists those that are meant where they are several, so that none of them answers unasked.
 */
export function chosenModel(catalog: ModelCatalog, named: string | undefined): PlacedModel {
  if (named === undefined) return catalog.checked(catalog.liveId());
  if (named.startsWith(BY_ID)) return catalog.checked(named.slice(BY_ID.length));
  const meant = catalog.list().filter(({ id, card }) => id === named || card.name === named);
  if (meant.length > 1) {
    throw new FailureError(
      'invalid-argument',
      `"${named}" means several models: ${meant.map(({ id, card }) => `${id} (of ${card.createdAt.slice(0, 16)})`).join(', ')}.`,
      `Name one by its id, such as ${BY_ID}${meant[0]?.id ?? ''}.`,
    );
  }
  return catalog.checked(meant[0]?.id ?? named);
}
