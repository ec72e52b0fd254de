import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate } from '#main/menuTemplate';
import { COMMANDS } from '#shared/ipc/commands';

type Item = MenuItemConstructorOptions;
const itemsOf = ({ submenu }: Item): Item[] => (Array.isArray(submenu) ? submenu : []);

describe.each(['darwin', 'linux', 'win32'] as const)('the menu on %s', (platform) => {
  const menus = menuTemplate(platform, () => undefined);
  const items = menus.flatMap(itemsOf);

  it('takes no key that writes or edits text away from a text field', () => {
    const accelerators = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(accelerators).toContain('CmdOrCtrl+O');
    for (const accelerator of accelerators) expect(accelerator).toMatch(/^CmdOrCtrl\+[^ACVXYZ]$/);
  });

  it('has every command, with its key in words where it is no accelerator', () => {
    const labels = items.flatMap(({ label }) => label ?? []);
    expect(labels).toEqual(
      expect.arrayContaining(['Classify folders…', 'Confirm (Enter)', 'Show the cell large (Space)', 'Undo (Z)']),
    );
    expect(items.filter(({ click }) => click !== undefined)).toHaveLength(COMMANDS.length);
  });

  it('edits text by the system’s own commands', () => {
    const edit = menus.find(({ label }) => label === 'Edit');
    expect(itemsOf(edit ?? {}).flatMap(({ role }) => role ?? [])).toEqual([
      'undo',
      'redo',
      'cut',
      'copy',
      'paste',
      'selectAll',
    ]);
  });
});
