import { Menu } from 'electron';
import type { CommandId } from '#shared/ipc/commands';
import { menuTemplate } from './menuTemplate';

/** Sets the menu. `send` has a command of it done. */
export function setMenu(send: (id: CommandId) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, send)));
}
