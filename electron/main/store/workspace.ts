import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { FailureError } from '#shared/domain/failure';
import { UNFINISHED } from '#shared/domain/unfinished';
import { writeFailure } from '#shared/domain/writeFailure';
import { fileLog, type Log } from '../log';
import { backUpBefore, holdsWork } from './backup';
import { BatchRepository } from './batchRepository';
import { CellRepository } from './cellRepository';
import { ClassRepository } from './classRepository';
import { openDatabase, storeFailure, type Connection } from './database';
import { ModelRepository } from './modelRepository';
import { PredictionRepository } from './predictionRepository';
import { requireNoWork } from './prepareFolder';
import { ReviewRepository } from './reviewRepository';
import { RunRepository } from './runRepository';
import { SettingRepository } from './settingRepository';
import { SlideRepository } from './slideRepository';

/** An open workspace: its folders, its log and its store. One program has it open at a time. */
export interface Workspace {
  readonly folder: string;
  readonly images: string;
  readonly thumbnails: string;
  readonly models: string;
  readonly runFolders: string;
  readonly features: string;
  readonly logs: string;
  /** Where files are written before they are renamed into the folders above. */
  readonly unfinished: readonly string[];
  readonly log: Log;
  readonly database: Connection;
  readonly classes: ClassRepository;
  readonly batches: BatchRepository;
  readonly slides: SlideRepository;
  readonly cells: CellRepository;
  readonly reviews: ReviewRepository;
  readonly cards: ModelRepository;
  readonly runs: RunRepository;
  readonly predictions: PredictionRepository;
  readonly settings: SettingRepository;
  close(): void;
}

/** Opens or makes a workspace. FailureError `workspace-locked`, `workspace-lost`, `workspace-newer`, `workspace-corrupt`, `read-only`, `disk-full`. */
export function openWorkspace(folder: string): Workspace {
  const place = (name: string): string => join(folder, name);
  const written = ['images', 'thumbnails', 'models', 'runs', 'backups'].map(place);
  const unfinished = written.map((each) => join(each, UNFINISHED));
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    // One at a time: of a folder made with those above it on a read-only disk, Node says only that it is missing.
    for (const each of [...written, place('features'), place('log'), ...unfinished])
      if (!existsSync(each)) mkdirSync(each);
  } catch (error) {
    throw writeFailure(folder, error);
  }
  const log = fileLog(place('log'));
  const lock = lockWorkspace(folder);
  let database: Connection | null = null;
  try {
    database = openDatabase(place('smearscope.db'), (before, version) => {
      try {
        backUpBefore(version, folder, before);
      } catch (error) {
        log.error(`backup before version ${String(version)}: ${String(error)}`);
      }
    });
    if (!holdsWork(database)) requireNoWork(folder);
  } catch (error) {
    database?.close();
    lock.close();
    throw error;
  }
  return {
    folder,
    images: place('images'),
    thumbnails: place('thumbnails'),
    models: place('models'),
    runFolders: place('runs'),
    features: place('features'),
    logs: place('log'),
    unfinished,
    log,
    database,
    classes: new ClassRepository(database),
    batches: new BatchRepository(database),
    slides: new SlideRepository(database),
    cells: new CellRepository(database),
    reviews: new ReviewRepository(database),
    cards: new ModelRepository(database),
    runs: new RunRepository(database),
    predictions: new PredictionRepository(database),
    settings: new SettingRepository(database),
    close: () => {
      database.close();
      lock.close();
    },
  };
}

/** Holds an exclusive lock of the operating system, through a small database, until closed; it is gone with the process, however that ends. */
export function lockWorkspace(folder: string): Connection {
  const path = join(folder, 'lock.db');
  let lock: Connection | null = null;
  try {
    lock = new Database(path, { timeout: 200 });
    lock.pragma('journal_mode = MEMORY');
    lock.exec(
      'begin exclusive; create table if not exists held (at text); insert into held values (current_timestamp);',
    );
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new FailureError(
        'workspace-locked',
        `Another Smearscope has the workspace ${folder} open.`,
        'Close it, or choose another workspace folder.',
        { cause: error },
      );
    }
    throw storeFailure(path, error);
  }
}
