import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { modelCardSchema, type Model, type ModelCard } from '#shared/domain/model';
import { modelIdSchema, type ModelId } from '#shared/domain/ids';
import { FailureError } from '#shared/domain/failure';
import type { Resources } from './resources';
import type { Workspace } from './store/workspace';

/** A model and where it lies. */
export interface PlacedModel {
  readonly card: ModelCard;
  readonly folder: string;
}

/** The models a workspace can use: the starter, which comes with the program, and those trained in it. */
export class ModelCatalog {
  readonly #workspace: Workspace;
  readonly #starter: PlacedModel;
  readonly #lent = new Set<ModelId>();

  constructor(workspace: Workspace, resources: Resources) {
    this.#workspace = workspace;
    const text = readFileSync(join(resources.starter, 'card.json'), 'utf8');
    this.#starter = { card: modelCardSchema.parse(JSON.parse(text)), folder: resources.starter };
  }

  /** The starter first, then the newest. */
  list(): Model[] {
    const live = this.liveId();
    const toModel = (card: ModelCard, origin: Model['origin']): Model => ({
      id: card.id,
      card,
      live: card.id === live,
      origin,
    });
    return [
      toModel(this.#starter.card, 'starter'),
      ...this.#workspace.cards.list().map((card) => toModel(card, 'trained')),
    ];
  }

  /** What classifies unless another model is named: the one made live, else the starter. */
  liveId(): ModelId {
    return this.#workspace.cards.live() ?? this.#starter.card.id;
  }

  makeLive(id: ModelId): void {
    this.get(id);
    this.#workspace.cards.setLive(id);
  }

  /** FailureError `not-found` lists the models there are. */
  get(id: string): PlacedModel {
    if (id === this.#starter.card.id) return this.#starter;
    const cards = this.#workspace.cards.list();
    const card = cards.find((each) => each.id === id);
    if (card) return { card, folder: this.folderOf(card.id) };
    const known = this.list().map((each) => each.id);
    throw new FailureError(
      'not-found',
      `There is no model "${id}" in this workspace.`,
      `Its models are: ${known.join(', ')}.`,
    );
  }

  /**
   * As `get`, for a model that is about to run: its folder must hold the classes and the weights (by their hashes) of its card in the list. FailureError `model-mismatch` otherwise.
   * That the files have those hashes is checked where they are read, as is a card that is missing or cut.
   */
  checked(id: string): PlacedModel {
    const placed = this.get(id);
    const found = cardIn(placed.folder);
    const bound = ({ classIds, files }: ModelCard): unknown => [classIds, files];
    if (found === null || isDeepStrictEqual(bound(found), bound(placed.card))) return placed;
    throw new FailureError(
      'model-mismatch',
      `The folder ${placed.folder} holds another model than "${placed.card.name}".`,
      'Bring the folder back from a backup, or import what it holds under a name of its own and choose another model.',
    );
  }

  /**
   * Lends `work` an id made of a name, and the folder a model of this id is written to. No model has the id and nothing in models/ is called so, in whatever case:
   * what lies there already is never written over, and the id is not lent twice at once.
   */
  async withNewId<T>(name: string, work: (id: ModelId, folder: string) => Promise<T>): Promise<T> {
    const id = this.#newId(name);
    this.#lent.add(id);
    try {
      return await work(id, this.folderOf(id));
    } finally {
      this.#lent.delete(id);
    }
  }

  folderOf(id: ModelId): string {
    return join(this.#workspace.models, id);
  }

  #newId(name: string): ModelId {
    const taken = new Set(
      [...this.list().map(({ id }) => id), ...this.#lent, ...readdirSync(this.#workspace.models)].map(folded),
    );
    const base = idFrom(name);
    for (let number = 1; ; number++) {
      const id = number === 1 ? base : `${base}-${String(number)}`;
      if (!taken.has(folded(id))) return modelIdSchema.parse(id);
    }
  }
}

/** The card in a model's folder; null where there is none that can be read. */
function cardIn(folder: string): ModelCard | null {
  try {
    return modelCardSchema.parse(JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')));
  } catch {
    return null;
  }
}

/** Names that Windows keeps for devices, with any ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** The letters of a name without their marks, as a folder may be called on every system. */
function idFrom(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 60)
    .replace(/[.-]+$/, '');
  return plain.replace(RESERVED, 'model-$1') || 'model';
}

/** Windows and macOS take names that differ in case alone for one. */
function folded(name: string): string {
  return name.toLowerCase();
}
