import { render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, it } from 'vitest';
import { batchSchema, slideSchema } from '#shared/domain/batch';
import ExportDialog from '../../renderer/src/features/classify/ExportDialog.svelte';
import { standInDialogs } from '../support/dialog';
import { FakeBridge } from '../support/fakeBridge';

const batch = batchSchema.parse({
  id: '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  revision: 1,
  name: 'ward 4',
  createdAt: '2026-11-24T09:14:00.000Z',
  modelId: 'starter',
  views: 1,
  precision: null,
  sources: ['/ward 4'],
  state: 'done',
  failure: null,
  walked: true,
  total: 3,
  classified: 3,
  duplicates: 0,
  unreadable: 0,
});
const slide = slideSchema.parse({
  id: 7,
  batchId: batch.id,
  name: 'ward 4',
  folder: '/ward 4',
  files: 3,
  classified: 3,
  duplicates: 0,
  unreadable: 0,
  valueRanges: [],
  counts: { machine: {}, machineUnidentified: 0, reviewed: {}, reviewedUnidentified: 0, seen: 0 },
});

/** The names of what a choice offers, in its order; null: it is not offered. */
function offered(label: string): string[] | null {
  const choice = screen.queryByRole('group', { name: label });
  return (
    choice &&
    within(choice)
      .getAllByRole('button')
      .map((each) => each.textContent.trim())
  );
}

const choose = async (label: string, name: string): Promise<void> => {
  within(screen.getByRole('group', { name: label }))
    .getByRole('button', { name })
    .click();
  await tick();
};

it('the export dialog offers format, separator, decimal mark and byte order mark, and asks for what was chosen', async () => {
  standInDialogs();
  const main = new FakeBridge({ 'export.save': () => '/home/ada/out' });
  Object.defineProperty(window, 'smearscope', { configurable: true, value: main.bridge });
  render(ExportDialog, { batch, slides: [slide], slide, onClose: () => undefined });
  expect(['As', 'Separator', 'Decimals', 'Read by'].map(offered)).toEqual([
    ['CSV', 'Excel (XLSX)', 'JSON'],
    ['Comma', 'Semicolon', 'Tab'],
    ['0.5', '0,5'],
    ['Other programs', 'Excel (byte order mark)'],
  ]);
  await choose('Separator', 'Semicolon');
  await choose('Decimals', '0,5');
  await choose('Read by', 'Excel (byte order mark)');
  screen.getByRole('button', { name: 'Save…' }).click();
  const asked = { batchId: batch.id, what: 'cells', slideId: null };
  const csvStyle = { separator: 'semicolon', decimalMark: 'comma', byteOrderMark: true };
  expect(main.asked).toEqual([{ name: 'export.save', args: { ...asked, format: 'csv', csvStyle } }]);

  for (const [name, format] of [
    ['Excel (XLSX)', 'xlsx'],
    ['JSON', 'json'],
  ] as const) {
    await choose('As', name);
    expect(['Separator', 'Decimals', 'Read by'].map(offered)).toEqual([null, null, null]);
    screen.getByRole('button', { name: 'Save…' }).click();
    expect(main.asked.at(-1)).toMatchObject({ args: { ...asked, format } });
  }
});
