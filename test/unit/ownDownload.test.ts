import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { fetchArchive, ownArchive, unpackArchive } from '../../build/provision/ownDownload.mjs';
import { temporaryFolder } from '../support/temporary';

const packageScript = (name: string): string =>
  createRequire(import.meta.url).resolve(`@tensorflow/tfjs-node-gpu/scripts/${name}`);

const BYTES = Buffer.from('the archive');
const hashOf = (algorithm: string, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update(BYTES).digest(encoding);
const SHA256 = hashOf('sha256', 'hex');

/** A server for one test, and how often it was asked. */
async function serve(answer: RequestListener): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    answer(request, response);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { url: `http://127.0.0.1:${String(port)}/lib.tar.gz`, asked: () => asked };
}

const archiveAt = (url: string, sha256: string | null): Parameters<typeof fetchArchive>[0] => ({
  url,
  sha256,
  version: '2.9.1',
  library: 'libtensorflow.so',
});

describe('the TensorFlow that the package itself downloads', () => {
  it('comes from where the package’s own script takes it, in the same version', () => {
    const { LIBTENSORFLOW_VERSION, ALL_SUPPORTED_COMBINATION } = z
      .object({ LIBTENSORFLOW_VERSION: z.string(), ALL_SUPPORTED_COMBINATION: z.array(z.string()) })
      .parse(createRequire(import.meta.url)(packageScript('deps-constants.js')));
    const script = readFileSync(packageScript('install.js'), 'utf8');
    for (const [platform, build, system] of [
      ['linux', 'cpu', 'cpu-linux-x86_64'],
      ['darwin', 'cpu', 'cpu-darwin-x86_64'],
      ['win32', 'cpu', 'cpu-windows-x86_64'],
      ['win32', 'gpu', 'gpu-windows-x86_64'],
    ] as const) {
      expect(ALL_SUPPORTED_COMBINATION).toContain(system);
      const extension = platform === 'win32' ? 'zip' : 'tar.gz';
      expect(ownArchive(platform, 'x64', build)).toMatchObject({
        url: `https://storage.googleapis.com/tensorflow/libtensorflow/libtensorflow-${system}-${LIBTENSORFLOW_VERSION}.${extension}`,
        version: LIBTENSORFLOW_VERSION,
      });
    }
    const { url } = ownArchive('darwin', 'arm64', 'cpu');
    expect(url.startsWith('https://storage.googleapis.com/')).toBe(true);
    expect(script).toContain(`\${BASE_HOST}${url.slice('https://storage.googleapis.com/'.length)}`);
  });

  it('is pinned by a SHA-256 of its own on every system but the CUDA build of Windows', () => {
    const pinned = [
      ownArchive('linux', 'x64', 'cpu'),
      ownArchive('darwin', 'x64', 'cpu'),
      ownArchive('darwin', 'arm64', 'cpu'),
      ownArchive('win32', 'x64', 'cpu'),
    ].map(({ sha256 }) => sha256);
    expect(pinned).toEqual(pinned.map(() => expect.stringMatching(/^[0-9a-f]{64}$/) as string));
    expect(new Set(pinned).size).toBe(4);
    expect(ownArchive('win32', 'x64', 'gpu').sha256).toBeNull();
  });

  it('is refused in plain words where there is none', () => {
    expect(() => ownArchive('darwin', 'arm64', 'gpu')).toThrow('no GPU build for macOS');
    expect(() => ownArchive('linux', 'x64', 'gpu')).toThrow('install Python 3 with pip');
    expect(() => ownArchive('linux', 'arm64', 'cpu')).toThrow('no TensorFlow for linux on arm64');
  });

  it('is downloaded once, and checked again when it is taken from the cache', async () => {
    const { url, asked } = await serve((_request, response) => response.end(BYTES));
    const folder = await temporaryFolder();
    const file = await fetchArchive(archiveAt(url, SHA256), folder);
    expect(readFileSync(file)).toEqual(BYTES);
    expect(await fetchArchive(archiveAt(url, SHA256), folder)).toBe(file);
    expect(asked()).toBe(1);
    await writeFile(file, 'something else');
    await expect(fetchArchive(archiveAt(url, SHA256), folder)).rejects.toThrow('is not the file it should be');
  });

  it.each<[string, RequestListener, string | null, RegExp]>([
    ['another file', (_, response) => response.end('another file'), SHA256, /is not the file it should be/],
    ['no answer worth it', (_, response) => response.writeHead(404).end(), SHA256, /lib\.tar\.gz answered 404/],
    [
      'a download that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('the arch', () => response.destroy());
      },
      SHA256,
      /could not be downloaded.*put it at/s,
    ],
    [
      'one that arrives damaged where no SHA-256 is known',
      (_, response) =>
        response.writeHead(200, { 'x-goog-hash': `crc32c=AAAAAA==, md5=${hashOf('md5', 'base64')}` }).end('damaged'),
      null,
      /arrived damaged/,
    ],
    ['one that nothing speaks for', (_, response) => response.end(BYTES), null, /without a hash to check it by/],
  ])('%s is refused and leaves nothing behind', async (_name, answer, sha256, reason) => {
    const { url } = await serve(answer);
    const folder = await temporaryFolder();
    await expect(fetchArchive(archiveAt(url, sha256), folder)).rejects.toThrow(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken where no SHA-256 is known if it arrived as the server says', async () => {
    const { url } = await serve((_request, response) =>
      response.writeHead(200, { 'x-goog-hash': `crc32c=AAAAAA==, md5=${hashOf('md5', 'base64')}` }).end(BYTES),
    );
    expect(existsSync(await fetchArchive(archiveAt(url, null), await temporaryFolder()))).toBe(true);
  });

  it('is unpacked into the place of what was there, and refused if the library is not in it', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'lib.tar.gz');
    const deps = join(folder, 'deps');
    await mkdir(join(folder, 'lib'));
    await mkdir(deps);
    await writeFile(join(folder, 'lib', 'libtensorflow.so'), 'library');
    await writeFile(join(deps, 'old'), '');
    execFileSync('tar', ['-czf', file, '-C', folder, 'lib']);
    await unpackArchive(file, archiveAt('', null), deps);
    expect(await readdir(deps, { recursive: true })).toEqual(['lib', join('lib', 'libtensorflow.so')]);
    await expect(unpackArchive(file, { ...archiveAt('', null), library: 'tensorflow.dll' }, deps)).rejects.toThrow(
      'holds no lib/tensorflow.dll',
    );
  });
});
