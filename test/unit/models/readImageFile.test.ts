import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answered } from '#models/data/answered';
import { imageMemory } from '#models/data/budget';
import { readImageFile } from '#models/data/readImageFile';
import { fileFailure } from '#models/files/systemErrors';
import { openPatiently } from '#models/files/openPatiently';
import { temporaryFolder } from '../../support/temporary';

/** What a user reads of a file that cannot be read. */
async function saidOf(path: string): Promise<string> {
  return readImageFile(path, () => Promise.resolve('read')).catch((error: unknown) => fileFailure(path, error).message);
}

const never = (): Promise<never> => new Promise(() => undefined);

// Windows has no such files.
describe.skipIf(process.platform === 'win32')(
  'of what is not a regular file, or not there, the true reason is said',
  () => {
    it('links, pipes, sockets, devices, folders', async () => {
      const folder = await temporaryFolder();
      const at = (name: string): string => join(folder, name);
      await writeFile(at('good.png'), 'bytes');
      await symlink('loop.png', at('loop.png'));
      await symlink('good.png/inner.png', at('notdir.png'));
      await symlink('/dev/zero', at('zero.png'));
      await symlink('gone.jpg', at('lost.png'));
      await symlink('good.png', at('link.png'));
      await mkdir(at('folder.png'));
      execFileSync('mkfifo', [at('fifo.png')]);
      const server = createServer().listen(at('socket.png'));
      onTestFinished(() => void server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const names = ['good', 'link', 'loop', 'notdir', 'zero', 'lost', 'folder', 'fifo', 'socket'];
      const said = await Promise.all(names.map(async (name) => [name, await saidOf(at(`${name}.png`))] as const));
      expect(Object.fromEntries(said)).toEqual({
        good: 'read',
        link: 'read',
        loop: 'loop.png: The file is a link that leads back to itself.',
        notdir:
          'notdir.png: A folder on the way to the file is none: it was replaced by a file, or a link leads to one.',
        zero: 'zero.png: This is a device, not a file.',
        lost: 'lost.png: The file is gone: it was there when the folder was read.',
        folder: 'folder.png: This is a folder, not a file.',
        fifo: 'fifo.png: This is a named pipe, not a file.',
        socket: 'socket.png: This is a socket, not a file.',
      });
    });

    it('a file of more than 1 GB is not read', async () => {
      const path = join(await temporaryFolder(), 'large.tif');
      await writeFile(path, '');
      await truncate(path, 3 * 2 ** 30);
      expect(await saidOf(path)).toBe('large.tif: The file has 3072 MB, which is too large: up to 1024 MB are read.');
    });

    it.each(['EBUSY', 'ETIMEDOUT', 'ESTALE', 'ENOTCONN', 'EREMOTEIO'])(
      '%s is the file’s trouble, not the end of the batch',
      (code) => {
        const error = Object.assign(new Error(`${code}: said the system, read`), { code, syscall: 'read' });
        expect(fileFailure('/slide/1.png', error)).toMatchObject({
          code: 'unreadable-image',
          message: expect.stringMatching(/^1\.png: /) as string,
        });
      },
    );

    it('what is the machine’s trouble, or a bug, is not blamed on the file', () => {
      const full = Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE', syscall: 'open' });
      expect(() => fileFailure('/slide/1.png', full)).toThrow('EMFILE');
      expect(() => fileFailure('/slide/1.png', new TypeError('a bug'))).toThrow('a bug');
    });
  },
);

it('bytes of files being used stay within the budget, and are those of the files', async () => {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 20 }, (_, index) => join(folder, String(index)));
  await Promise.all(names.map((name, index) => writeFile(name, Buffer.alloc(1000, index))));
  const memory = imageMemory(8000);
  const read = await Promise.all(
    names.map((name) =>
      readImageFile(
        name,
        async (bytes) => {
          await new Promise((resolve) => setImmediate(resolve));
          return bytes.equals(await readFile(name));
        },
        { memory },
      ),
    ),
  );
  expect(read).toEqual(names.map(() => true));
  expect([memory.files.peak, memory.files.held]).toEqual([2000, 0]);
});

describe('a drive that does not answer', () => {
  it('is left at once where the reading is cancelled', async () => {
    const cancel = new AbortController();
    const reading = answered('/drive/1.png', never, { signal: cancel.signal });
    cancel.abort();
    await expect(reading).rejects.toMatchObject({ failure: { code: 'cancelled' } });
  });

  it('costs a file, and stops the work once several reads are stuck', async () => {
    const codes: string[] = [];
    for (let file = 0; file < 4; file++) {
      await answered(`/drive/${String(file)}.png`, never, { stalledAfter: 20 }).catch((error: unknown) => {
        codes.push((error as { failure: { code: string } }).failure.code);
      });
    }
    expect(codes).toEqual(['unreadable-image', 'unreadable-image', 'unreadable-image', 'unavailable']);
  });

  it('is not found where another file makes progress: many wait for one slow drive', async () => {
    const stalledAfter = 1000;
    let waits = true;
    const slow = answered('/drive/slow.png', never, { stalledAfter }).catch(() => {
      waits = false;
    });
    for (const begun = performance.now(); performance.now() - begun < 2 * stalledAfter;) {
      await answered('/drive/other.png', (step) => step(new Promise((resolve) => setImmediate(resolve))), {});
      expect(waits).toBe(true);
    }
    await slow;
  });
});

it.skipIf(process.platform !== 'linux')(
  'where no more files may be open, reading waits for others to be closed',
  async () => {
    const path = join(await temporaryFolder(), 'a.png');
    await writeFile(path, 'bytes');
    const limits = /Max open files\s+(\d+)\s+(\d+)/.exec(await readFile('/proc/self/limits', 'utf8'));
    const [, soft = '', hard = ''] = limits ?? [];
    // Both are started before the limit holds, for starting a program opens files.
    const allow = (files: string): { now: () => void; done: Promise<unknown> } => {
      const command = `read -r line; prlimit --pid ${String(process.pid)} --nofile=${files}:${hard}`;
      const program = spawn('sh', ['-c', command], { stdio: ['pipe', 'ignore', 'ignore'] });
      return { now: () => program.stdin.end('now\n'), done: once(program, 'exit') };
    };
    const none = allow('3');
    const asBefore = allow(soft);
    none.now();
    await none.done;
    const refused = await open(path).then(
      () => 'opened',
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    const waiting = openPatiently(path, 'r');
    asBefore.now();
    await (await waiting).close();
    expect(refused).toBe('EMFILE');
  },
);
