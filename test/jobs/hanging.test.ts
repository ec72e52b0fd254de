import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Application } from '#main/application';
import { forkCompute } from '#main/compute/launchFork';
import { resourcesIn } from '#main/resources';
import { batchIdSchema } from '#shared/domain/ids';
import { smearscope } from '../support/commandLine';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';
import { ask } from '../support/workspaceDatabase';

/** Has the compute processes started from now on load what makes the first of them hang; gives where it writes its id. */
async function hanging(): Promise<{ folder: string; says: string }> {
  const folder = await temporaryFolder();
  const says = join(folder, 'hangs');
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `${before ?? ''} --require ${JSON.stringify(resolve('test/support/hang.cjs'))}`;
  process.env.HANG_SAYS = says;
  onTestFinished(() => {
    delete process.env.HANG_SAYS;
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  });
  return { folder, says };
}

/** The id of the process that hangs, once it does. */
async function hangs(says: string): Promise<number> {
  await expect.poll(() => existsSync(says) && readFileSync(says, 'utf8') !== '', { timeout: 120_000 }).toBe(true);
  return Number(readFileSync(says, 'utf8'));
}

/** Resolves when a process is gone. */
async function isGone(id: number): Promise<void> {
  await expect
    .poll(
      () => {
        try {
          return process.kill(id, 0);
        } catch {
          return false;
        }
      },
      { timeout: 60_000 },
    )
    .toBe(false);
}

it('a batch that hangs in a native call is stopped by Ctrl-C, leaves no process behind, and goes on with the next command', async () => {
  const { folder, says } = await hanging();
  const workspace = join(folder, 'workspace');
  const args = ['classify', SAMPLE_SLIDE, '--workspace', workspace, '--out', join(folder, 'r.csv')];
  const { code, error } = await smearscope(args, {
    watch: (child) => {
      void hangs(says).then(() => child.kill('SIGINT'));
    },
  });
  expect(code, error).toBe(130);
  await isGone(await hangs(says));
  expect(ask(workspace, (database) => database.prepare('select state from batch').pluck().all())).toEqual(['paused']);
  const again = await smearscope(args);
  expect([again.code, again.error]).toEqual([0, expect.stringContaining('Going on with the batch')]);
});

it('the compute process ends when the program is killed, also while it hangs in a native call', async () => {
  const { folder, says } = await hanging();
  const args = ['classify', SAMPLE_SLIDE, '--workspace', join(folder, 'workspace'), '--out', join(folder, 'r.csv')];
  const { signal } = await smearscope(args, {
    watch: (child) => {
      void hangs(says).then(() => child.kill('SIGKILL'));
    },
  });
  expect(signal).toBe('SIGKILL');
  await isGone(await hangs(says));
});

it('the program closes although the compute process hangs, and the batch goes on at the next start', async () => {
  const { folder, says } = await hanging();
  const resources = resourcesIn(resolve('.'));
  const open = (): Application =>
    new Application({
      workspaceFolder: join(folder, 'workspace'),
      resources,
      launchCompute: ({ log }) => forkCompute(resources.computeEntry, resources.pretrained, log),
      emit: () => undefined,
    });
  const id = batchIdSchema.parse(randomUUID());
  const first = open();
  first.createBatch({ id, sources: [SAMPLE_SLIDE] });
  const cut = first.batches.run(id);
  const process = await hangs(says);
  const asked = performance.now();
  await first.close();
  // 4 s at most by the program's own clock; the rest is for a busy machine.
  expect(performance.now() - asked).toBeLessThan(15_000);
  await Promise.all([cut, isGone(process)]);
  const again = open();
  expect(again.workspace.batches.get(id).state).toBe('queued');
  expect((await again.batches.run(id)).entry).toMatchObject({ state: 'done', unreadable: 0 });
  await again.close();
});
