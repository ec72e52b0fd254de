import { COMMANDS, type CommandId } from '#shared/ipc/commands';

const isMac = navigator.platform.startsWith('Mac');

const byKey = new Map(COMMANDS.flatMap(({ id, keys }) => keys.map((key) => [key.toLowerCase(), id] as const)));

const TEXT_FIELD = 'input:not([type=range], [type=radio]), select, textarea, [contenteditable]';

/**
 * The command of a key press, or null: keys that write or edit text belong to the field it is typed in, Enter and Space to the button that has
 * the focus.
 */
export function commandOf(event: KeyboardEvent): CommandId | null {
  const modified = isMac ? event.metaKey : event.ctrlKey;
  if (event.altKey || (!modified && (event.ctrlKey || event.metaKey))) return null;
  const target = event.target instanceof HTMLElement ? event.target : null;
  const editsText = !modified || 'acvxyz'.includes(event.key.toLowerCase());
  if (editsText && takesText(target)) return null;
  if (!modified && (event.key === 'Enter' || event.key === ' ') && target?.matches('button, a, summary')) return null;
  const shifted = event.shiftKey && modified ? 'shift+' : '';
  return byKey.get(`${modified ? 'mod+' : ''}${shifted}${event.key.toLowerCase()}`) ?? null;
}

/** Whether an element writes what is typed. */
export function takesText(element: Element | null): boolean {
  return element?.matches(TEXT_FIELD) ?? false;
}

/** Whether a command acts again and again while its key is held. */
export function repeats(id: CommandId): boolean {
  return COMMANDS.some((command) => command.id === id && command.repeats);
}

/** Whether a command may act now: while a dialog is open, only those that the dialog lets through. */
export function isAllowed(id: CommandId): boolean {
  const dialog = [...document.querySelectorAll<HTMLDialogElement>('dialog[open]')].at(-1);
  return !dialog || dialog.dataset.commands === COMMANDS.find((command) => command.id === id)?.group;
}

/** Keys as they are printed on this machine's keyboard. */
export function keyLabel(keys: string): string {
  return keys === ' '
    ? 'Space'
    : keys.replace('Mod', isMac ? '⌘' : 'Ctrl').replace(/(^|\+)[a-z]$/, (letter) => letter.toUpperCase());
}

/** A tooltip: what happens, and the key for it. */
export function withKey(text: string, id: CommandId): string {
  const [keys] = COMMANDS.find((command) => command.id === id)?.keys ?? [];
  return keys === undefined ? text : `${text} (${keyLabel(keys)})`;
}
