import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Asks a workspace's database from outside, while the program works on it or after it was killed; null before its tables are made. */
export function ask<T>(workspace: string, question: (database: Database.Database) => T): T | null {
  const path = join(workspace, 'smearscope.db');
  if (!existsSync(path)) return null;
  const database = new Database(path, { readonly: true });
  try {
    return question(database);
  } catch {
    return null;
  } finally {
    database.close();
  }
}
