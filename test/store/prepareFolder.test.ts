import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '#main/store/database';
import { answered, prepareFolder } from '#main/store/prepareFolder';
import { openWorkspace } from '#main/store/workspace';
import { FailureError } from '#shared/domain/failure';
import { smearscope } from '../support/commandLine';
import { temporaryFolder } from '../support/temporary';

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'opened',
    (error: unknown) => {
      if (error instanceof FailureError) return error.failure.code;
      throw error;
    },
  );

async function put(...path: string[]): Promise<void> {
  await mkdir(join(...path.slice(0, -1)), { recursive: true });
  await writeFile(join(...path), 'x');
}

describe('a folder chosen as workspace', () => {
  it('is made where it is missing, but not where one that was opened before is gone', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    expect(await refusal(prepareFolder(folder, true))).toBe('not-found');
    await prepareFolder(folder, false);
    expect(await readdir(folder)).toEqual([]);
    openWorkspace(folder).close();
    await prepareFolder(folder, true);
  });

  it('is refused where other things lie in it, and nothing in it is changed', async () => {
    const folder = await temporaryFolder();
    await put(folder, 'patient7.part', 'a.jpg');
    await put(folder, 'scan.part');
    expect(await refusal(prepareFolder(folder, false))).toBe('workspace-foreign');
    expect((await readdir(folder)).sort()).toEqual(['patient7.part', 'scan.part']);
    const { code, error } = await smearscope(['models', '--workspace', folder]);
    expect([code, error]).toEqual([1, expect.stringContaining('holds other things and is no workspace')]);
    // Notes beside a workspace are no reason to lock it.
    const used = await temporaryFolder();
    openWorkspace(used).close();
    await put(used, 'notes.txt');
    await prepareFolder(used, true);
  });

  it('is refused where its database is gone or empty beside its images or models, instead of beginning anew', async () => {
    for (const left of [
      ['images', 'ab', 'ab12.jpg'],
      ['models', 'lab', 'card.json'],
    ]) {
      const folder = await temporaryFolder();
      openWorkspace(folder).close();
      await prepareFolder(folder, true);
      await put(folder, ...left);
      await prepareFolder(folder, true);
      await rm(join(folder, 'smearscope.db'));
      expect(await refusal(prepareFolder(folder, true))).toBe('workspace-lost');
      await writeFile(join(folder, 'smearscope.db'), '');
      expect(await refusal(prepareFolder(folder, true))).toBe('workspace-lost');
    }
  });

  it('that cannot be one is refused at once: a file, and what the system shows as a folder', async () => {
    const folder = await temporaryFolder();
    await put(folder, 'file');
    expect(await refusal(prepareFolder(join(folder, 'file'), false))).toBe('permission-denied');
    if (process.platform !== 'linux') return;
    expect(await refusal(prepareFolder('/proc', false))).toBe('workspace-foreign');
    expect(await refusal(prepareFolder('/proc/smearscope', false))).toBe('permission-denied');
  });

  it('on a drive that does not answer is refused after a while', async () => {
    const never = new Promise<never>(() => undefined);
    expect(await refusal(answered('/share', 10, never))).toBe('disk-error');
    expect(await answered('/share', 60_000, Promise.resolve(7))).toBe(7);
  });
});

describe('a database', () => {
  it('that another program holds for a moment is waited for; for longer, it is said to be in use', async () => {
    const path = join(await temporaryFolder(), 'smearscope.db');
    openDatabase(path).close();
    const holdFor = (milliseconds: number): Promise<() => Promise<unknown>> => {
      const held = `
        const Database = require('better-sqlite3');
        const database = new Database(${JSON.stringify(path)});
        database.pragma('journal_mode = DELETE');
        database.exec('begin exclusive');
        process.stdout.write('held');
        setTimeout(() => process.exit(0), ${String(milliseconds)});`;
      return new Promise((resolve) => {
        const child = execFile(process.execPath, ['-e', held]);
        const ended = new Promise((done) => child.on('exit', done));
        child.stdout?.once('data', () => {
          resolve(() => {
            child.kill('SIGKILL');
            return ended;
          });
        });
      });
    };
    const moment = await holdFor(500);
    openDatabase(path).close();
    await moment();
    const long = await holdFor(600_000);
    expect(await refusal(Promise.resolve().then(() => openDatabase(path)))).toBe('busy');
    await long();
  });

  it('of a schema that no version wrote is said to be damaged', async () => {
    const path = join(await temporaryFolder(), 'smearscope.db');
    openDatabase(path).close();
    const database = new Database(path);
    database.pragma('user_version = -3');
    database.close();
    expect(await refusal(Promise.resolve().then(() => openDatabase(path)))).toBe('workspace-corrupt');
  });
});
