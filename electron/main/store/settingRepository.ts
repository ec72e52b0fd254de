import { settingsSchema, type Settings } from '#shared/domain/settings';
import type { Connection } from './database';

/** The workspace's settings. */
export class SettingRepository {
  readonly #database: Connection;

  constructor(database: Connection) {
    this.#database = database;
  }

  get(): Settings {
    const row = this.#database.prepare<[], { value: string }>("select value from setting where key = 'settings'").get();
    return settingsSchema.parse(row ? JSON.parse(row.value) : {});
  }

  set(settings: Settings): void {
    this.#database
      .prepare(
        "insert into setting (key, value) values ('settings', ?) on conflict (key) do update set value = excluded.value",
      )
      .run(JSON.stringify(settings));
  }
}
