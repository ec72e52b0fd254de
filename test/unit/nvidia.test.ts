import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nvidiaCards, parseCards } from '#models/backend/nvidia';
import { temporaryFolder } from '../support/temporary';

it('a graphics card’s name and memory are read as the driver states them', () => {
  expect(parseCards('NVIDIA GeForce RTX 4070 SUPER, 12282\r\nNVIDIA H100 80GB HBM3, 81559\n')).toEqual([
    { name: 'NVIDIA GeForce RTX 4070 SUPER', memoryBytes: 12_282 * 1024 * 1024 },
    { name: 'NVIDIA H100 80GB HBM3', memoryBytes: 81_559 * 1024 * 1024 },
  ]);
});

it('memory that the driver does not state stays unknown, and its complaints are no cards', () => {
  expect(parseCards('NVIDIA GB10, [N/A]\nQuadro K600, [Not Supported]\n')).toEqual([
    { name: 'NVIDIA GB10', memoryBytes: null },
    { name: 'Quadro K600', memoryBytes: null },
  ]);
  expect(parseCards('No devices were found\n')).toEqual([]);
  expect(parseCards('')).toEqual([]);
});

it('there is no card where there is no driver, or the driver fails', async () => {
  const folder = await temporaryFolder();
  expect(nvidiaCards(join(folder, 'nvidia-smi'))).toEqual([]);
  const failing = join(folder, 'failing');
  await writeFile(
    failing,
    '#!/bin/sh\necho "NVIDIA-SMI has failed because it could not talk to the driver, 1"\nexit 9\n',
  );
  await chmod(failing, 0o755);
  expect(nvidiaCards(failing)).toEqual([]);
});
