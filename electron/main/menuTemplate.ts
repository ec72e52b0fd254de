import type { MenuItemConstructorOptions } from 'electron';
import { COMMANDS, type Command, type CommandGroup, type CommandId } from '#shared/ipc/commands';

const GROUPS: readonly CommandGroup[] = ['File', 'Review', 'View', 'Help'];

/** Keys of the Edit menu, which belong to the text that is being typed. */
const EDIT_KEYS = /^Mod\+(Shift\+)?[ACVXYZ]$/;

/**
 * The menu, from the table of commands. The window handles all keys, since it knows whether text is being typed; but macOS takes accelerators of the menu before the window
 * does, so a key that writes or edits text is said in words only.
 */
export function menuTemplate(platform: NodeJS.Platform, send: (id: CommandId) => void): MenuItemConstructorOptions[] {
  const item = (command: Command): MenuItemConstructorOptions => ({
    ...keyOf(command),
    click: () => {
      send(command.id);
    },
  });
  const menus = GROUPS.map((group): MenuItemConstructorOptions => ({
    label: group,
    submenu: [...COMMANDS.filter((command) => command.group === group).map(item), ...extras(group)],
  }));
  menus.splice(1, 0, { label: 'Edit', submenu: EDITING });
  return platform === 'darwin' ? [{ role: 'appMenu' }, ...menus, { role: 'windowMenu' }] : menus;
}

function keyOf({ title, keys: [key] }: Command): MenuItemConstructorOptions {
  if (key === undefined) return { label: title };
  if (!key.startsWith('Mod+') || EDIT_KEYS.test(key)) return { label: `${title} (${inWords(key)})` };
  return { label: title, accelerator: key.replace('Mod', 'CmdOrCtrl'), registerAccelerator: false };
}

function inWords(key: string): string {
  return key === ' ' ? 'Space' : key.replace('Mod', 'Ctrl').replace(/^[a-z]$/, (letter) => letter.toUpperCase());
}

/** Of text. The window undoes decisions on cells where none is being typed. */
const EDITING: MenuItemConstructorOptions[] = [
  { role: 'undo' },
  { role: 'redo' },
  { type: 'separator' },
  { role: 'cut' },
  { role: 'copy' },
  { role: 'paste' },
  { role: 'selectAll' },
];

function extras(group: CommandGroup): MenuItemConstructorOptions[] {
  if (group === 'File') return [{ type: 'separator' }, { role: 'quit' }];
  if (group === 'View')
    return [
      { type: 'separator' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'resetZoom' },
      { role: 'togglefullscreen' },
    ];
  return [];
}
