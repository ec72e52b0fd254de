import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cardsInUse, describeCards, nvidiaCards, parseCards, reasonNotGpu, WSL_PROGRAM } from '#models/backend/nvidia';
import { temporaryFolder } from '../support/temporary';

const MiB = 2 ** 20;
const TWO = '0, GPU-11aa, NVIDIA GeForce RTX 4070 SUPER, 12282\r\n1, GPU-22bb, NVIDIA H100 80GB HBM3, 81559\n';
const [SMALL, LARGE] = parseCards(TWO);

it('a graphics card’s name and memory are read as the driver states them', () => {
  expect(parseCards(TWO)).toEqual([
    { index: 0, uuid: 'GPU-11aa', name: 'NVIDIA GeForce RTX 4070 SUPER', memoryBytes: 12_282 * MiB },
    { index: 1, uuid: 'GPU-22bb', name: 'NVIDIA H100 80GB HBM3', memoryBytes: 81_559 * MiB },
  ]);
});

it('memory that the driver does not state stays unknown, and its complaints are no cards', () => {
  expect(
    parseCards('0, GPU-1, NVIDIA GB10, [N/A]\n1, GPU-2, Quadro K600, [Not Supported]\n').map((card) => [
      card.name,
      card.memoryBytes,
    ]),
  ).toEqual([
    ['NVIDIA GB10', null],
    ['Quadro K600', null],
  ]);
  expect(parseCards('No devices were found\n')).toEqual([]);
  expect(parseCards('')).toEqual([]);
});

describe('of two cards the one in use is named', () => {
  const used = (environment: Record<string, string>): unknown =>
    cardsInUse(
      [SMALL, LARGE].flatMap((each) => each ?? []),
      environment,
    );

  it('as the environment chooses it, by its id or by its slot', () => {
    expect(used({ CUDA_VISIBLE_DEVICES: 'GPU-22bb' })).toEqual([LARGE]);
    expect(used({ CUDA_VISIBLE_DEVICES: 'GPU-22, GPU-11' })).toEqual([LARGE]);
    expect(used({ CUDA_VISIBLE_DEVICES: '1,0', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })).toEqual([LARGE]);
    expect(used({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })).toEqual([SMALL]);
  });

  it('and both where only CUDA knows which is the faster', () => {
    expect(used({})).toEqual([SMALL, LARGE]);
    expect(used({ CUDA_VISIBLE_DEVICES: '0' })).toEqual([SMALL, LARGE]);
    expect(describeCards([SMALL, LARGE].flatMap((each) => each ?? []))).toEqual({
      name: 'NVIDIA GeForce RTX 4070 SUPER or NVIDIA H100 80GB HBM3',
      memoryBytes: null,
    });
  });

  it('and cards of one kind are one name and one memory', () => {
    const pair = parseCards('0, GPU-1, NVIDIA A10, 23028\n1, GPU-2, NVIDIA A10, 23028\n');
    expect(cardsInUse(pair, {}).map(({ index }) => index)).toEqual([0]);
    expect(cardsInUse(pair, { CUDA_VISIBLE_DEVICES: '1' }).map(({ index }) => index)).toEqual([1]);
    expect(describeCards(pair)).toEqual({ name: 'NVIDIA A10', memoryBytes: 23_028 * MiB });
    expect(describeCards([])).toEqual({ name: 'NVIDIA GPU', memoryBytes: null });
  });
});

it('there is no card where there is no driver, or the driver fails; that of WSL2 is found where Windows puts it', async () => {
  const folder = await temporaryFolder();
  const missing = join(folder, 'nvidia-smi');
  expect(nvidiaCards([missing])).toEqual([]);
  const failing = join(folder, 'failing');
  await writeFile(
    failing,
    '#!/bin/sh\necho "NVIDIA-SMI has failed because it could not talk to the driver, 1"\nexit 9\n',
  );
  const working = join(folder, 'working');
  await writeFile(working, '#!/bin/sh\necho "0, GPU-1, NVIDIA A10, 23028"\n');
  for (const program of [failing, working]) await chmod(program, 0o755);
  expect(nvidiaCards([failing])).toEqual([]);
  expect(nvidiaCards([missing, working])).toMatchObject([{ name: 'NVIDIA A10' }]);
});

it('why the GPU does not run says what to do, also inside WSL2', () => {
  const on = (hasGpuBuild: boolean, ...there: string[]): string =>
    reasonNotGpu('linux', hasGpuBuild, (path) => there.includes(path));
  expect(on(false)).toContain('No NVIDIA driver was found');
  expect(on(false, '/dev/dxg')).toContain('install its driver in Windows');
  expect(on(false, '/dev/dxg', WSL_PROGRAM)).toContain('npm run setup -- --gpu');
  expect(on(true, '/dev/dxg', WSL_PROGRAM)).toContain('no usable NVIDIA card');
  expect(on(false, '/proc/driver/nvidia/version')).toContain('npm run setup -- --gpu');
});
