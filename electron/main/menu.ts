import { Menu, type MenuItemConstructorOptions } from 'electron';
import { COMMANDS, type CommandGroup, type CommandId } from '#shared/ipc/commands';

const GROUPS: readonly CommandGroup[] = ['File', 'Review', 'View', 'Help'];

/** Sets the menu, from the table of commands. Keys are shown but handled by the window, which knows whether text is being typed. */
export function setMenu(send: (id: CommandId) => void): void {
  const template = GROUPS.map((group): MenuItemConstructorOptions => {
    const items = COMMANDS.filter((command) => command.group === group).map(
      ({ id, title, keys }): MenuItemConstructorOptions => ({
        label: title,
        ...(keys[0] !== undefined && { accelerator: acceleratorOf(keys[0]), registerAccelerator: false }),
        click: () => {
          send(id);
        },
      }),
    );
    return { label: group, submenu: [...items, ...extras(group)] };
  });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(process.platform === 'darwin' ? [{ role: 'appMenu' }, ...template] : template),
  );
}

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

/** `KeyboardEvent.key` notation to Electron's. */
function acceleratorOf(keys: string): string {
  return keys.replace('Mod', 'CmdOrCtrl').replace(/^ $/, 'Space').replace(/^\+$/, 'Plus');
}
