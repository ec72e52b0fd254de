import { COMMANDS, type CommandId } from '#shared/ipc/commands';

const isMac = navigator.platform.startsWith('Mac');

const byKey = new Map(COMMANDS.flatMap(({ id, keys }) => keys.map((key) => [key.toLowerCase(), id] as const)));

/** The command of a key press, or null: plain keys mean nothing while text is typed, and Enter and Space belong to the button that has the focus. */
export function commandOf(event: KeyboardEvent): CommandId | null {
  const modified = isMac ? event.metaKey : event.ctrlKey;
  if (event.altKey || (!modified && (event.ctrlKey || event.metaKey))) return null;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (!modified && target?.matches('input, select, textarea, [contenteditable]')) return null;
  if (!modified && (event.key === 'Enter' || event.key === ' ') && target?.matches('button, a, summary')) return null;
  const shifted = event.shiftKey && modified ? 'shift+' : '';
  return byKey.get(`${modified ? 'mod+' : ''}${shifted}${event.key.toLowerCase()}`) ?? null;
}

/** Keys as they are printed on this machine's keyboard. */
export function keyLabel(keys: string): string {
  return keys === ' '
    ? 'Space'
    : keys
        .replace('Mod', isMac ? '⌘' : 'Ctrl')
        .replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`);
}
