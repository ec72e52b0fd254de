import { settingsSchema, type Settings } from '#shared/domain/settings';
import { USED } from './backup';
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

  /** To be called before files are written of which no row tells yet: a database without rows beside them would count as lost. */
  setUsed(): void {
    this.#database
      .prepare('insert into setting (key, value) values (?, ?) on conflict (key) do nothing')
      .run(USED, new Date().toISOString());
  }

  set(settings: Settings): void {
    this.#database
      .prepare(
        "insert into setting (key, value) values ('settings', ?) on conflict (key) do update set value = excluded.value",
      )
      .run(JSON.stringify(settings));
  }
}
