import { z } from 'zod';

export const commandIdSchema = z.enum([
  'classify.pickFolders',
  'classify.sample',
  'batch.pauseOrResume',
  'batch.cancel',
  'export.save',
  'review.class1',
  'review.class2',
  'review.class3',
  'review.class4',
  'review.class5',
  'review.class6',
  'review.class7',
  'review.class8',
  'review.chooseClass',
  'review.unidentified',
  'review.confirm',
  'review.undo',
  'review.redo',
  'review.open',
  'review.selectAll',
  'view.classify',
  'view.train',
  'view.models',
  'view.settings',
  'view.larger',
  'view.smaller',
  'help.keys',
]);

export type CommandId = z.infer<typeof commandIdSchema>;
export type CommandGroup = 'File' | 'Review' | 'View' | 'Help';

/** One thing a user can ask for. This table feeds the menu (main), the keys (window) and the help. */
export interface Command {
  readonly id: CommandId;
  readonly title: string;
  readonly group: CommandGroup;
  /**
   * Keys as `KeyboardEvent.key` with modifiers before it ("Mod+O"; Mod is Ctrl, on macOS Cmd). Several may do the same; the first is shown.
   * Plain keys act only where no text is being typed.
   */
  readonly keys: readonly string[];
  /** Whether a key that is held goes on acting. Anything else acts once a press: a held key must not decide cell after cell. */
  readonly repeats?: true;
}

const classKeys: Command[] = Array.from({ length: 8 }, (_, index) => ({
  id: commandIdSchema.parse(`review.class${String(index + 1)}`),
  title: `Set class ${String(index + 1)}`,
  group: 'Review',
  keys: [String(index + 1)],
}));

export const COMMANDS: readonly Command[] = [
  { id: 'classify.pickFolders', title: 'Classify folders…', group: 'File', keys: ['Mod+O'] },
  { id: 'classify.sample', title: 'Try the sample slide', group: 'File', keys: [] },
  { id: 'batch.pauseOrResume', title: 'Pause or resume', group: 'File', keys: ['Mod+P'] },
  { id: 'batch.cancel', title: 'Cancel the running batch', group: 'File', keys: ['Mod+.'] },
  { id: 'export.save', title: 'Export…', group: 'File', keys: ['Mod+E'] },
  ...classKeys,
  { id: 'review.chooseClass', title: 'Set any class…', group: 'Review', keys: ['c'] },
  { id: 'review.unidentified', title: 'Set to unidentified', group: 'Review', keys: ['u'] },
  { id: 'review.confirm', title: 'Confirm', group: 'Review', keys: ['Enter'] },
  { id: 'review.open', title: 'Show the cell large', group: 'Review', keys: [' '] },
  { id: 'review.selectAll', title: 'Select all of the class', group: 'Review', keys: ['Mod+A'] },
  { id: 'review.undo', title: 'Undo', group: 'Review', keys: ['z', 'Mod+Z'] },
  { id: 'review.redo', title: 'Redo', group: 'Review', keys: ['y', 'Mod+Y', 'Mod+Shift+Z'] },
  { id: 'view.classify', title: 'Classify', group: 'View', keys: ['Mod+1'] },
  { id: 'view.train', title: 'Train', group: 'View', keys: ['Mod+2'] },
  { id: 'view.models', title: 'Models', group: 'View', keys: ['Mod+3'] },
  { id: 'view.settings', title: 'Settings', group: 'View', keys: ['Mod+,'] },
  { id: 'view.larger', title: 'Larger cells', group: 'View', keys: ['+', '='], repeats: true },
  { id: 'view.smaller', title: 'Smaller cells', group: 'View', keys: ['-'], repeats: true },
  { id: 'help.keys', title: 'Keys', group: 'Help', keys: ['?', 'F1'] },
];
