import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { startCare } from '#main/care';
import { forkCompute } from '#main/compute/launchFork';
import { resourcesIn } from '#main/resources';
import { backUpDaily, backupsIn, damageOf, newestSound } from '#main/store/backup';
import { MIGRATIONS } from '#main/store/database';
import { rebuildLists, restoreBackup } from '#main/store/restore';
import { openWorkspace, type Workspace } from '#main/store/workspace';
import { batchIdSchema, modelIdSchema } from '#shared/domain/ids';
import { FailureError, type Failure } from '#shared/domain/failure';
import { UNFINISHED } from '#shared/domain/unfinished';
import { smearscope } from '../support/commandLine';
import { temporaryFolder } from '../support/temporary';
import { foundationRows } from './rows/001-foundation';

const BATCH = batchIdSchema.parse('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');

function failureOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FailureError) return error.failure.code;
    throw error;
  }
  return 'no failure';
}

/** A workspace with a batch of so many files. */
async function withBatch(files = 1): Promise<string> {
  const folder = await temporaryFolder();
  const workspace = openWorkspace(folder);
  addBatch(workspace, files);
  workspace.close();
  return folder;
}

function addBatch({ batches }: Workspace, files: number): void {
  batches.create({
    id: BATCH,
    name: 'ward 3',
    createdAt: '2026-11-24T09:00:00Z',
    modelId: modelIdSchema.parse('starter'),
    views: 1,
    precision: null,
    sources: ['/s'],
    shard: null,
  });
  batches.addFiles(
    BATCH,
    Array.from({ length: files }, (_, index) => ({
      path: `/s/${String(index)}.jpg`,
      label: `s/${String(index)}.jpg`,
      folder: '/s',
      unreadable: null,
    })),
  );
}

const on = (day: number): Date => new Date(Date.UTC(2026, 10, day, 9, 14));

function batchesOf(folder: string): string[] {
  const workspace = openWorkspace(folder);
  const names = workspace.batches.list().map(({ name }) => name);
  workspace.close();
  return names;
}

/** Overwrites the middle of a database, where tables and indexes lie. */
async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.fill(7, 8192, bytes.length - 8192);
  await writeFile(path, bytes);
}

describe('backups', () => {
  it('are made once a day, while the workspace is open, and the newest seven are kept; files of others stay', async () => {
    const folder = await withBatch();
    const workspace = openWorkspace(folder);
    await writeFile(join(folder, 'backups', 'smearscope-mine.db'), 'mine');
    for (let day = 1; day <= 9; day++) {
      backUpDaily(folder, on(day));
      backUpDaily(folder, new Date(on(day).getTime() + 3_600_000));
    }
    workspace.close();
    expect(backupsIn(folder).map(({ madeAt }) => madeAt)).toEqual(
      [9, 8, 7, 6, 5, 4, 3].map((day) => `2026-11-0${String(day)}T09:14:00Z`),
    );
    expect(await readdir(join(folder, 'backups'))).toContain('smearscope-mine.db');
    expect(await readdir(join(folder, 'backups', UNFINISHED))).toEqual([]);
    for (const { path } of backupsIn(folder)) expect(damageOf(path)).toBeNull();
  });

  it('are not made of a workspace without work', async () => {
    const folder = await temporaryFolder();
    openWorkspace(folder).close();
    backUpDaily(folder, on(1));
    expect(backupsIn(folder)).toEqual([]);
  });

  it('are made before a database gets a new form, and of the old one', async () => {
    const folder = await temporaryFolder();
    const old = new Database(join(folder, 'smearscope.db'));
    old.exec(MIGRATIONS[0] ?? '');
    old.exec(foundationRows);
    old.pragma('user_version = 1');
    old.close();
    openWorkspace(folder).close();
    openWorkspace(folder).close();
    const [backup, ...others] = backupsIn(folder);
    expect([backup?.kind, others]).toEqual(['migration', []]);
    const before = new Database(backup?.path ?? '', { readonly: true });
    expect(before.pragma('user_version', { simple: true })).toBe(1);
    before.close();
  });

  it('that cannot be made before a new form do not keep the workspace from opening, and are logged', async () => {
    const folder = await temporaryFolder();
    const old = new Database(join(folder, 'smearscope.db'));
    old.exec(MIGRATIONS[0] ?? '');
    old.exec(foundationRows);
    old.pragma('user_version = 1');
    old.close();
    // The oldest of these can be replaced by no newer one: it is a folder.
    for (const year of [1991, 1992, 1993]) {
      await mkdir(join(folder, 'backups', `smearscope-${String(year)}-11-01T09-14-00Z-before-2.db`), {
        recursive: true,
      });
    }
    openWorkspace(folder).close();
    expect(await readFile(join(folder, 'log', 'smearscope.log'), 'utf8')).toContain('backup before version');
  });
});

describe('a workspace whose database is lost or damaged', () => {
  it('is not opened as a new one, also where the database has its tables but no rows', async () => {
    const folder = await withBatch();
    await mkdir(join(folder, 'images', 'ab'));
    const fresh = await temporaryFolder();
    openWorkspace(fresh).close();
    await copyFile(join(fresh, 'smearscope.db'), join(folder, 'smearscope.db'));
    expect(failureOf(() => openWorkspace(folder))).toBe('workspace-lost');
    await rm(join(folder, 'smearscope.db'));
    expect(failureOf(() => openWorkspace(folder))).toBe('workspace-lost');
  });

  it('gets its newest sound backup back, and the damaged database is kept beside it', async () => {
    const folder = await withBatch(500);
    backUpDaily(folder, on(1));
    backUpDaily(folder, on(2));
    const [newest, older] = backupsIn(folder);
    await damage(newest?.path ?? '');
    await damage(join(folder, 'smearscope.db'));
    expect(damageOf(join(folder, 'smearscope.db'))).not.toBeNull();
    expect(failureOf(() => openWorkspace(folder))).toBe('workspace-corrupt');
    const damaged = await readFile(join(folder, 'smearscope.db'));

    expect(newestSound(folder)).toEqual(older);
    const { backup, kept } = restoreBackup(folder);
    expect(backup).toEqual(older);
    expect(batchesOf(folder)).toEqual(['ward 3']);
    expect(await readFile(kept ?? '')).toEqual(damaged);
    expect(backupsIn(folder)).toHaveLength(2);
  });

  it('gets its backup back where the database is gone, and what its log held is kept from it', async () => {
    const folder = await withBatch();
    backUpDaily(folder, on(1));
    await rm(join(folder, 'smearscope.db'));
    await writeFile(join(folder, 'smearscope.db-wal'), 'the log of another database');
    expect(restoreBackup(folder).kept).toBeNull();
    expect(batchesOf(folder)).toEqual(['ward 3']);
    expect(await readdir(folder)).toContainEqual(expect.stringMatching(/^smearscope\.db\.kept-.*-wal$/));
  });

  it('without a sound backup stays as it is', async () => {
    const folder = await withBatch();
    const before = await readdir(folder);
    expect(failureOf(() => restoreBackup(folder))).toBe('not-found');
    expect(await readdir(folder)).toEqual(before);
  });

  it('can begin anew with the models that are whole, and opens from then on', async () => {
    const folder = await withBatch();
    const starter = JSON.parse(await readFile('models/starter/card.json', 'utf8')) as object;
    for (const id of ['whole', 'cut', 'renamed', 'empty']) {
      await cp('models/starter', join(folder, 'models', id), { recursive: true });
      const named = { ...starter, id: id === 'renamed' ? 'other' : id };
      await writeFile(join(folder, 'models', id, 'card.json'), JSON.stringify(named));
    }
    const [file = ''] = (await readdir(join(folder, 'models', 'cut'))).filter((name) => name.endsWith('.bin'));
    await writeFile(join(folder, 'models', 'cut', file), 'cut');
    await rm(join(folder, 'models', 'empty', 'card.json'));
    await writeFile(join(folder, 'smearscope.db'), '');

    expect(rebuildLists(folder).models.map(({ id }) => id)).toEqual(['whole']);
    const workspace = openWorkspace(folder);
    expect(workspace.cards.list().map(({ id }) => id)).toEqual(['whole']);
    workspace.close();
  });

  it('without a model can begin anew beside its images, and opens from then on', async () => {
    const folder = await withBatch();
    await mkdir(join(folder, 'images', 'ab'));
    await rm(join(folder, 'smearscope.db'));
    rebuildLists(folder);
    expect(batchesOf(folder)).toEqual([]);
    expect(batchesOf(folder)).toEqual([]);
  });

  it('is not repaired while another program has it open', async () => {
    const folder = await withBatch();
    const workspace = openWorkspace(folder);
    backUpDaily(folder, on(1));
    expect(failureOf(() => restoreBackup(folder))).toBe('workspace-locked');
    expect(failureOf(() => rebuildLists(folder))).toBe('workspace-locked');
    workspace.close();
  });
});

describe('while the program is open', () => {
  /** What the care process reports of a workspace, and its log. */
  async function caredFor(folder: string): Promise<{ failures: Failure[]; log: string }> {
    const workspace = openWorkspace(folder);
    const failures: Failure[] = [];
    const launch = forkCompute(resourcesIn(resolve('.')).careEntry, folder, workspace.log, 'care');
    await startCare(launch, workspace, (failure) => failures.push(failure)).done;
    workspace.close();
    const log = await readFile(join(folder, 'log', 'smearscope.log'), 'utf8').catch(() => '');
    return { failures, log };
  }

  it('a process beside it makes the backup of the day', async () => {
    const folder = await withBatch();
    expect(await caredFor(folder)).toEqual({ failures: [], log: '' });
    expect(backupsIn(folder).map(({ kind }) => kind)).toEqual(['daily']);
  });

  it('damage that the quick check of the start does not see is reported with the newest backup, and not backed up', async () => {
    const folder = await withBatch(500);
    backUpDaily(folder, on(1));
    misplaceIndexEntries(join(folder, 'smearscope.db'));
    const { failures, log } = await caredFor(folder);
    expect(failures).toMatchObject([
      { code: 'workspace-corrupt', hint: expect.stringContaining('2026-11-01T09:14:00Z') as string },
    ]);
    expect(log).toContain('is damaged');
    expect(backupsIn(folder)).toHaveLength(1);
  });

  it('a check that is stopped ends at once and says nothing', async () => {
    const workspace = openWorkspace(await withBatch());
    const care = startCare(
      forkCompute(resourcesIn(resolve('.')).careEntry, workspace.folder, workspace.log, 'care'),
      workspace,
      (failure) => {
        throw new Error(failure.message);
      },
    );
    care.stop();
    await care.done;
    workspace.close();
  });
});

it('the command line checks, restores and rebuilds', async () => {
  const folder = await withBatch(500);
  backUpDaily(folder, on(1));
  const say = async (...args: string[]): Promise<[number | null, string]> => {
    const { code, out, error } = await smearscope(['workspace', '--workspace', folder, ...args]);
    return [code, out + error];
  };
  expect(await say()).toEqual([0, expect.stringContaining('2026-11-01T09:14:00Z daily')]);
  expect(await say('--check')).toEqual([0, expect.stringContaining('no damage')]);
  await damage(join(folder, 'smearscope.db'));
  expect(await say('--check')).toEqual([1, expect.stringContaining('damaged')]);
  expect(await say('--restore')).toEqual([0, expect.stringContaining('The backup of 2026-11-01T09:14:00Z')]);
  expect(await say('--check')).toEqual([0, expect.stringContaining('no damage')]);
  expect(await say('--rebuild')).toEqual([0, expect.stringContaining('cannot be read from folders')]);
  expect(await say('--restore', '--rebuild')).toEqual([2, expect.stringContaining('cannot be used')]);
  expect(batchesOf(folder)).toEqual([]);
});

/** Makes an index disagree with its table, which only the full check compares. */
function misplaceIndexEntries(path: string): void {
  const database = new Database(path);
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.exec(
    "update sqlite_master set sql = replace(sql, '(slide_id, state)', '(slide_id, label)') where name = 'batch_file_by_slide'",
  );
  database.close();
  expect(quickCheck(path)).toBe('ok');
}

function quickCheck(path: string): unknown {
  const database = new Database(path, { readonly: true });
  try {
    return database.pragma('quick_check(1)', { simple: true });
  } finally {
    database.close();
  }
}
