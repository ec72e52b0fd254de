import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { records, smearscope } from '../support/commandLine';
import { readCsv } from '../support/csv';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { readWorkbook } from '../support/workbook';
import { ask } from '../support/workspaceDatabase';

const batchesIn = (workspace: string): unknown =>
  ask(workspace, (database) => database.prepare('select count(*) from batch').pluck().get());

/** How often the compute process was started in a workspace. */
async function starts(workspace: string): Promise<number> {
  const log = await readFile(join(workspace, 'log', 'smearscope.log'), 'utf8');
  return log.match(/compute process is ready/g)?.length ?? 0;
}

/** Makes the results of every batch of a workspace due, as a kill just before they were written leaves them. */
function leaveUnwritten(workspace: string): void {
  const database = new Database(join(workspace, 'smearscope.db'));
  database.exec('update batch set results_due = 1');
  database.close();
}

it('results whose target is locked after the work are written by the same command, which classifies nothing again', async () => {
  const folder = await temporaryFolder();
  const workspace = join(folder, 'workspace');
  const out = join(folder, 'r.csv');
  const args = ['classify', SAMPLE_SLIDE, '--workspace', workspace, '--out', out];
  const refused = await smearscope(args, {
    watch: () => {
      void expect
        .poll(() => batchesIn(workspace), { timeout: 120_000, interval: 5 })
        .toBe(1)
        .then(() => mkdir(out));
    },
  });
  expect([refused.code, refused.error]).toEqual([1, expect.stringContaining(`${out} cannot be written`)]);
  expect(refused.error).toContain('the same command writes its results, and classifies nothing again');
  expect(await starts(workspace)).toBe(1);
  await rmdir(out);
  const again = await smearscope(args);
  expect(again.code, again.error).toBe(0);
  expect([await starts(workspace), batchesIn(workspace)]).toEqual([1, 1]);
  const lines = await records(out);
  expect(lines.length).toBeGreaterThan(10);

  // Killed between the end of the batch and the writing of its results.
  await rm(out);
  leaveUnwritten(workspace);
  expect((await smearscope(args)).code).toBe(0);
  expect([await starts(workspace), batchesIn(workspace), await records(out)]).toEqual([1, 1, lines]);

  // Once its results are written, the same command looks at the folder anew.
  expect((await smearscope(args)).code).toBe(0);
  expect(batchesIn(workspace)).toBe(2);
});

it('classify writes an Excel workbook where the name of its file asks for one, with what the CSV of the same batch holds', async () => {
  const folder = await temporaryFolder();
  const workspace = join(folder, 'workspace');
  const [image = ''] = await readdir(SAMPLE_SLIDE);
  const written = async (out: string): Promise<void> => {
    const { code, error } = await smearscope([
      'classify',
      join(SAMPLE_SLIDE, image),
      '--workspace',
      workspace,
      '--out',
      out,
    ]);
    expect(code, error).toBe(0);
  };
  await written(join(folder, 'r.XLSX'));
  leaveUnwritten(workspace);
  await written(join(folder, 'r.csv'));
  expect(batchesIn(workspace)).toBe(1);
  const { cells } = readWorkbook(join(folder, 'r.XLSX'));
  expect(cells?.rows.map((row) => row.map((value) => String(value ?? '')))).toEqual(
    await readCsv(join(folder, 'r.csv')),
  );
  expect(cells?.rows).toHaveLength(2);
});
