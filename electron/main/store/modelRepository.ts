import { modelIdSchema, type ModelId } from '#shared/domain/ids';
import { modelCardSchema, type ModelCard } from '#shared/domain/model';
import type { Connection } from './database';

/** Models trained in this workspace; their folders are `models/<id>`. */
export class ModelRepository {
  readonly #database: Connection;

  constructor(database: Connection) {
    this.#database = database;
  }

  add(card: ModelCard): void {
    this.#database
      .prepare('insert into model (id, card, created_at) values (?, ?, ?)')
      .run(card.id, JSON.stringify(card), card.createdAt);
  }

  /** Newest first. */
  list(): ModelCard[] {
    return this.#database
      .prepare<[], { card: string }>('select card from model order by created_at desc')
      .all()
      .map(({ card }) => modelCardSchema.parse(JSON.parse(card)));
  }

  /** The live model, if one was chosen. */
  live(): ModelId | null {
    const row = this.#database
      .prepare<[], { value: string }>("select value from setting where key = 'liveModel'")
      .get();
    return row ? modelIdSchema.parse(row.value) : null;
  }

  setLive(id: ModelId): void {
    this.#database
      .prepare(
        "insert into setting (key, value) values ('liveModel', ?) on conflict (key) do update set value = excluded.value",
      )
      .run(id);
  }
}
