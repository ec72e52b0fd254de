import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AGREEMENT, relativeDifference } from '../../build/bench/agreement';
import { cacheFolder, root, sha256 } from '../../build/bootstrap/places.mjs';
import { runSteps } from '../../build/bootstrap/steps.mjs';
import { closingLine, vitestOutcome } from '../../build/bootstrap/summary.mjs';
import { checkHash } from '../../build/provision/download.mjs';
import { requirementsOf } from '../../build/provision/gpuLibraries.mjs';

describe('set-up', () => {
  it('does each step once, and goes on at the one that was cut', async () => {
    const done = new Set<string>();
    let cut = true;
    const step = (name: string): Parameters<typeof runSteps>[0][number] => ({
      name,
      isDone: () => done.has(name),
      run: () => {
        if (name === 'second' && cut) return Promise.reject(new Error('cut'));
        done.add(name);
        return Promise.resolve();
      },
    });
    const steps = ['first', 'second', 'third'].map(step);
    await expect(runSteps(steps, () => undefined)).rejects.toThrow('cut');
    cut = false;
    expect(await runSteps(steps, () => undefined)).toEqual(['second', 'third']);
    expect(await runSteps(steps, () => undefined)).toEqual([]);
  });

  it('is done by one process at a time, also where several find the lock of one that died', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'smearscope-test-'));
    onTestFinished(() => rm(cache, { recursive: true, force: true }));
    await writeFile(join(cache, `setup-${sha256(root).slice(0, 12)}.lock`), '999999999');
    // Whoever is inside makes a file that only one can make.
    const inside = `
      import { rmSync, writeFileSync } from 'node:fs';
      import { withLock } from ${JSON.stringify(pathToFileURL(resolve('build/bootstrap/steps.mjs')).href)};
      await withLock(() => undefined, async () => {
        writeFileSync(${JSON.stringify(join(cache, 'inside'))}, '', { flag: 'wx' });
        await new Promise((resolve) => setImmediate(resolve));
        rmSync(${JSON.stringify(join(cache, 'inside'))});
      });`;
    const run = promisify(execFile);
    const env = { ...process.env, SMEARSCOPE_CACHE: cache };
    await Promise.all(
      Array.from({ length: 6 }, () => run(process.execPath, ['--input-type=module', '-e', inside], { env })),
    );
    expect(await readdir(cache)).toEqual([]);
  });

  it('keeps its cache where each system keeps caches, or where the user says', () => {
    expect(cacheFolder({}, 'linux', '/home/ada')).toBe(join('/home/ada', '.cache', 'smearscope'));
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux', '/home/ada')).toBe(join('/x', 'smearscope'));
    expect(cacheFolder({}, 'darwin', '/Users/ada')).toBe(join('/Users/ada', 'Library', 'Caches', 'smearscope'));
    expect(cacheFolder({ SMEARSCOPE_CACHE: '/c' }, 'linux', '/home/ada')).toBe('/c');
  });

  it('refuses a download whose hash is another, naming the file and both hashes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'smearscope-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'wheel'), 'abc');
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    await checkHash(join(folder, 'wheel'), { sha256 });
    await expect(checkHash(join(folder, 'wheel'), { sha256: '0'.repeat(64) })).rejects.toThrow(
      new RegExp(`wheel is not the file.*${sha256}.*0{64}`),
    );
  });

  it('reads the CUDA libraries that a wheel names', () => {
    const metadata = [
      'Requires-Dist: numpy>=1.26.0',
      'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      'Requires-Dist: other==1; extra == "rocm"',
    ].join('\n');
    expect(requirementsOf(metadata, 'and-cuda')).toEqual(['nvidia-cublas-cu12<13.0,>=12.5.3.2']);
  });
});

describe('the test command', () => {
  it('counts a runner that ran nothing, or ended badly without a failed test, as a failure', () => {
    expect(vitestOutcome({ numPassedTests: 3, numFailedTests: 0 }, 0)).toEqual({ passed: 3, failed: 0 });
    expect(vitestOutcome({ numPassedTests: 3, numFailedTests: 2 }, 1)).toEqual({ passed: 3, failed: 2 });
    expect(vitestOutcome({ numPassedTests: 3, numFailedTests: 0 }, 1)).toEqual({ passed: 3, failed: 1 });
    expect(vitestOutcome({ numPassedTests: 0, numFailedTests: 0 }, 0)).toEqual({ passed: 0, failed: 1 });
    expect(vitestOutcome(null, 137)).toEqual({ passed: 0, failed: 1 });
  });

  it('closes with one plain line', () => {
    expect(
      closingLine([
        { passed: 2, failed: 0 },
        { passed: 5, failed: 1 },
      ]),
    ).toBe('7 passed, 1 failed');
  });
});

describe('the benchmark', () => {
  const logits = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index) * 3 - 1);

  it('takes a peer for the same network when its logits differ by rounding only', () => {
    const rounded = logits.map((value, index) => value + (index % 2 ? 1e-5 : -1e-5));
    expect(relativeDifference(logits, rounded)).toBeLessThan(AGREEMENT);
    expect(relativeDifference(logits, logits)).toBe(0);
  });

  it('refuses a peer of which a single logit is off, or missing, or no number', () => {
    const spread = 3 / Math.SQRT2;
    const off = logits.with(40, (logits[40] ?? 0) + 0.01);
    expect(relativeDifference(logits, off)).toBeGreaterThan(AGREEMENT);
    expect(relativeDifference(logits, off)).toBeCloseTo(0.01 / spread, 4);
    expect(relativeDifference(logits, logits.slice(1))).toBe(Infinity);
    expect(relativeDifference(logits, logits.with(7, NaN))).toBe(Infinity);
    expect(relativeDifference(new Float32Array(0), new Float32Array(0))).toBe(Infinity);
    expect(relativeDifference(new Float32Array(8), new Float32Array(8))).toBe(Infinity);
  });
});
