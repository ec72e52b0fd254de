import { FailureError } from '#shared/domain/failure';
import type { ClassLevel, FolderLayout, FolderReading, JoinedFolders } from '#shared/domain/folderLayout';

/** Names of a level that a question lists. */
const NAMES = 6;

/** What a person has to say before a folder can be read; null where its names tell all. The hint names the flags of the command line. */
export function questionOf(layout: FolderLayout, reading: FolderReading): FailureError | null {
  if (layout.kind === 'mixed') {
    return ask(
      `${listed(layout.parts)} ${layout.parts.length > 1 ? 'are named as sets' : 'is named as a set'} of a split, ${listed(layout.others)} not.`,
      'Take the others out, or say which level of folders is the classes (--class-level 1).',
    );
  }
  if (layout.kind === 'unclear') {
    if (layout.choices.length === 0) return null;
    const levels = layout.choices.map(({ level, names }) => `those of level ${String(level)} (${listed(names)})`);
    return ask(
      `It cannot be told which folders are the classes: ${levels.join(' or ')}.`,
      'Say which level it is (--class-level <number>), or name the folders after known classes.',
    );
  }
  const joins = joinsOf(layout, reading);
  if (joins.length === 0) return null;
  const text = joins.map(({ classId, folders }) => `${listed(folders)} become ${classId}`);
  return ask(
    `Folders side by side mean one class: ${text.join('; ')}.`,
    'Join them (--join-classes), or rename or take out the folders.',
  );
}

/** Folders side by side that become one class, and were not joined. */
export function joinsOf(layout: FolderLayout, { joinClasses }: FolderReading): JoinedFolders[] {
  return layout.kind === 'recognised' && !joinClasses ? [...layout.joined] : [];
}

/** Levels of folders that may be the classes. */
export function choicesOf(layout: FolderLayout): ClassLevel[] {
  if (layout.kind === 'unclear') return [...layout.choices];
  return layout.kind === 'mixed' ? [{ level: 1, names: [...layout.parts, ...layout.others] }] : [];
}

/** Names in quotes: a blank at an end shows. */
function listed(names: readonly string[]): string {
  const some = names.slice(0, NAMES).map((name) => `"${name}"`);
  return names.length > NAMES ? `${some.join(', ')}, ...` : some.join(', ');
}

function ask(message: string, hint: string): FailureError {
  return new FailureError('invalid-argument', message, hint);
}
