import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS, openDatabase, type Connection } from '#main/store/database';
import { openWorkspace } from '#main/store/workspace';
import { batchIdSchema, cellIdSchema, modelIdSchema, slideIdSchema } from '#shared/domain/ids';
import { temporaryFolder } from '../support/temporary';
import { foundationRows } from './rows/001-foundation';
import { trainingRows } from './rows/002-training';
import { viewsRows } from './rows/003-views';
import { predictionRows } from './rows/004-predictions';
import { unfamiliarRows } from './rows/005-unfamiliar';
import { confirmedRows } from './rows/006-confirmed';
import { precisionRows } from './rows/007-precision';
import { classRows } from './rows/008-classes';
import { passedOverRows } from './rows/009-passedOver';
import { jobRows } from './rows/010-jobs';
import { unlikeRows } from './rows/011-unlike';
import { resultRows } from './rows/012-results';
import { readingRows } from './rows/013-reading';
import { valueRangeRows } from './rows/014-valueRanges';

/** What each migration's tables hold, as the program of that version wrote it: one entry for each migration, in the same order. */
const ROWS: readonly string[] = [
  foundationRows,
  trainingRows,
  viewsRows,
  predictionRows,
  unfamiliarRows,
  confirmedRows,
  precisionRows,
  classRows,
  passedOverRows,
  jobRows,
  unlikeRows,
  resultRows,
  readingRows,
  valueRangeRows,
];

const BATCH = batchIdSchema.parse('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');

/** A workspace's database as the program of an older version left it. */
async function leftByVersion(version: number): Promise<string> {
  const folder = await temporaryFolder();
  const database = new Database(join(folder, 'smearscope.db'));
  database.pragma('foreign_keys = ON');
  for (const [index, migration] of MIGRATIONS.slice(0, version).entries()) {
    database.exec(migration);
    database.exec(ROWS[index] ?? '');
  }
  database.pragma(`user_version = ${String(version)}`);
  database.close();
  return folder;
}

const tablesOf = (database: Connection): string[] =>
  database.prepare<[], string>("select name from sqlite_master where type = 'table' order by name").pluck().all();

const countsOf = (database: Connection): Record<string, number> =>
  Object.fromEntries(
    tablesOf(database).map((table) => [
      table,
      database.prepare<[], number>(`select count(*) from ${table}`).pluck().get() ?? 0,
    ]),
  );

/** Every table's columns and every index, however their text is spelt. */
const shapeOf = (database: Connection): unknown =>
  tablesOf(database).map((table) => ({
    table,
    columns: database.pragma(`table_xinfo(${table})`),
    indexes: database.pragma(`index_list(${table})`),
    references: database.pragma(`foreign_key_list(${table})`),
  }));

it('every migration has rows to be tested with, in each of its tables', async () => {
  expect(ROWS).toHaveLength(MIGRATIONS.length);
  const folder = await leftByVersion(MIGRATIONS.length);
  const database = new Database(join(folder, 'smearscope.db'));
  expect(Object.entries(countsOf(database)).filter(([, count]) => count === 0)).toEqual([]);
  database.close();
});

describe.each(MIGRATIONS.map((_, index) => ({ version: index + 1 })))(
  'a workspace of version $version',
  ({ version }) => {
    it('is brought up to date with every row it had, and looks like a new one', async () => {
      const folder = await leftByVersion(version);
      const path = join(folder, 'smearscope.db');
      const before = new Database(path);
      const had = countsOf(before);
      before.close();

      const database = openDatabase(path);
      expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
      expect(countsOf(database)).toMatchObject(had);
      expect(database.pragma('foreign_key_check')).toEqual([]);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      const fresh = openDatabase(join(await temporaryFolder(), 'smearscope.db'));
      expect(shapeOf(database)).toEqual(shapeOf(fresh));
      fresh.close();
      database.close();
    });

    it('is read by the program of today as it was left', async () => {
      const workspace = openWorkspace(await leftByVersion(version));
      const { classes, batches, slides, cells, reviews, runs, cards, predictions, settings } = workspace;
      expect(batches.get(BATCH)).toMatchObject({
        name: 'ward 3',
        modelId: 'lab-1',
        sources: ['/ward 3'],
        state: 'failed',
        failure: { code: 'disk-full' },
        walked: true,
        total: 5,
        classified: 2,
        duplicates: 1,
        unreadable: 1,
      });
      // Until a batch could see several views of a cell, each saw one.
      // Until a batch kept its precision, nobody knows in which one it was classified.
      expect(batches.list().map(({ name, views, precision }) => [name, views, precision])).toEqual([
        ...(version < 3 ? [] : [['ward 4', 8, version < 7 ? null : 'bfloat16']]),
        ['ward 3', 1, null],
      ]);
      // Until classes were rows, they were the eight standard ones, on their keys.
      expect(classes.list().filter(({ key, origin }) => key === 6 || origin === 'own')).toMatchObject(
        version < 8 ? [{ id: 'ig' }] : [{ id: 'blast' }, { id: 'hairy cell', role: 'white', parentId: 'lymphocyte' }],
      );
      expect(batches.shardOf(BATCH)).toBe('1/2');
      expect(batches.pending(BATCH, 0, 9)).toEqual([
        { id: 5, path: '/ward 3/slide 1/5.jpg', slideId: expect.any(Number) as number },
      ]);
      expect(batches.setAside(BATCH).map(({ kind, reason }) => [kind, reason])).toEqual([
        ['duplicate', 'The same image as 1.jpg.'],
        ['unreadable', 'The file is empty.'],
      ]);
      expect(batches.passedOver(BATCH).map(({ what }) => what)).toEqual(version < 9 ? [] : ['file in @eaDir']);
      expect(slides.ofBatch(BATCH)[0]?.counts).toEqual({
        machine: { lymphocyte: 1 },
        machineUnidentified: 1,
        reviewed: { lymphocyte: 2 },
        reviewedUnidentified: 0,
        unlike: { picture: version < 11 ? 0 : 1, class: version < 11 ? 0 : 1, swapped: 0, field: 0 },
        seen: 1,
      });
      expect(cells.ofSlide(slideIdSchema.parse(1), null, 10).map(({ classId, status }) => [classId, status])).toEqual([
        ['lymphocyte', 'corrected'],
        ['lymphocyte', 'classified'],
      ]);
      // Until a model had a reference, nobody knew why.
      expect(cells.byIds([cellIdSchema.parse(2)]).map(({ unlike }) => unlike)).toEqual([
        version < 11 ? [] : ['picture', 'class'],
      ]);
      // Until a model could find a cell unfamiliar, none was.
      expect(cells.byIds([1, 2].map((id) => cellIdSchema.parse(id))).map((cell) => cell.unfamiliar)).toEqual([
        false,
        version >= 5,
      ]);
      expect(cells.detail(cellIdSchema.parse(1))).toMatchObject({
        width: 360,
        height: 363,
        probabilities: Float32Array.of(0.25, 0.75),
      });
      expect(reviews.history(cellIdSchema.parse(2)).map(({ action }) => action)).toEqual(['confirm', 'undo']);
      expect(reviews.can(BATCH)).toEqual({ canUndo: true, canRedo: true });
      expect(runs.list().map(({ name, state, modelId, evaluation }) => [name, state, modelId, evaluation?.n])).toEqual([
        ['Cut', version >= 10 ? 'pausing' : 'running', null, undefined],
        ['Our lab', 'done', 'lab-1', 4],
      ]);
      // Until a person could say how a folder is meant, it was read as its names tell.
      expect(runs.list().map(({ reading }) => reading.classLevel)).toEqual([version < 13 ? null : 2, null]);
      expect(cards.list().map(({ id, classIds }) => [id, classIds])).toEqual([['lab-1', ['lymphocyte', 'neutrophil']]]);
      expect(cards.live()).toBe('lab-1');
      expect(predictions.knows(modelIdSchema.parse('lab-1'))).toBe(ROWS.slice(0, version).includes(predictionRows));
      expect(settings.get()).toMatchObject({ theme: 'dark', reviewer: 'Ada', cellSize: 96 });
      workspace.close();
    });
  },
);

it('cells that a person brought back to the model’s own class count as confirmed, before and after an undo', async () => {
  const folder = await leftByVersion(5);
  const before = new Database(join(folder, 'smearscope.db'));
  // To neutrophil and back to the model's lymphocyte, as that version wrote it.
  before.exec(`
    insert into review_change values
      (4, '${BATCH}', '2026-11-24T09:13:00.000Z', 'Ada', 'correct', null),
      (5, '${BATCH}', '2026-11-24T09:14:00.000Z', 'Ada', 'correct', null);
    insert into review_event values
      (4, 2, 'lymphocyte', 'classified', 'neutrophil', 'corrected'),
      (5, 2, 'neutrophil', 'corrected', 'lymphocyte', 'corrected');
    update cell set status = 'corrected' where id = 2;
  `);
  before.close();

  const workspace = openWorkspace(folder);
  const { cells, reviews } = workspace;
  const second = cellIdSchema.parse(2);
  const stateOf = (): unknown[] => cells.byIds([second]).map(({ classId, status }) => [classId, status]);
  expect(stateOf()).toEqual([['lymphocyte', 'confirmed']]);
  reviews.undo(BATCH, 'Ada');
  expect(stateOf()).toEqual([['neutrophil', 'corrected']]);
  reviews.redo(BATCH, 'Ada');
  expect(stateOf()).toEqual([['lymphocyte', 'confirmed']]);
  expect(reviews.history(second).map(({ toStatus }) => toStatus)).toEqual([
    'confirmed',
    'classified',
    'corrected',
    'confirmed',
    'corrected',
    'confirmed',
  ]);
  workspace.close();
});

it('a migration that cannot be done to its end leaves the database as it was', async () => {
  const path = join(await temporaryFolder(), 'smearscope.db');
  const stranger = new Database(path);
  stranger.exec("create table slide (x); insert into slide values ('kept')");
  stranger.close();
  expect(() => openDatabase(path)).toThrow(/slide/);
  const after = new Database(path);
  expect([tablesOf(after), countsOf(after), after.pragma('user_version', { simple: true })]).toEqual([
    ['slide'],
    { slide: 1 },
    0,
  ]);
  after.close();
});
