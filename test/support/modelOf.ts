import { readFileSync } from 'node:fs';
import { modelCardSchema, modelSchema, type Model } from '#shared/domain/model';

/** A model of these classes; its other figures are the starter's. */
export function modelOf(id: string, classIds: readonly string[], live = false): Model {
  const starter = modelCardSchema.parse(JSON.parse(readFileSync('models/starter/card.json', 'utf8')));
  const card = { ...starter, id, name: `The model ${id}`, classIds: [...classIds] };
  return modelSchema.parse({ id, card, live, origin: 'trained' });
}
