import { FailureError, type Failure } from '#shared/domain/failure';
import type { Backup } from './store/backup';
import { insideOf } from './store/prepareFolder';

/** A folder to open as the workspace. */
export interface FolderToOpen {
  readonly folder: string;
  /** Whether it must be there: one that was opened before and is gone lies on a drive that is not connected. */
  readonly mustExist: boolean;
}

/** What a person can do about a workspace that does not open. */
export type Remedy = 'restore' | 'rebuild' | 'retry' | 'inside' | 'other' | 'last' | 'quit';

interface Help<T> {
  open(folder: FolderToOpen): Promise<T>;
  /** `backup` is what `restore` would bring back. */
  ask(failure: Failure, remedies: readonly Remedy[], backup: Backup | null): Promise<Remedy>;
  newestBackup(folder: string): Backup | null;
  restore(folder: string): void;
  rebuild(folder: string): void;
  /** Null where none was chosen. */
  pickFolder(): Promise<string | null>;
}

/**
 * Opens a workspace; where it does not open, asks until one does: its newest backup or new lists, again, another folder, the `last` one that was opened, or a folder within one that holds other things.
 * Gives what was opened and where; null where the person quits. Errors that are no FailureError are thrown.
 */
export async function openWithHelp<T>(
  first: FolderToOpen,
  last: string,
  help: Help<T>,
): Promise<{ readonly folder: string; readonly opened: T } | null> {
  let next: FolderToOpen | null = first;
  let repair: 'restore' | 'rebuild' | null = null;
  while (next) {
    const { folder }: FolderToOpen = next;
    try {
      if (repair) help[repair](folder);
      return { folder, opened: await help.open(next) };
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      const { failure } = error;
      const isLost = failure.code === 'workspace-lost' || failure.code === 'workspace-corrupt';
      const backup = isLost ? help.newestBackup(folder) : null;
      const remedies: Remedy[] = [
        ...(backup ? (['restore'] as const) : []),
        ...(isLost ? (['rebuild'] as const) : []),
        ...(failure.code === 'workspace-foreign' ? (['inside'] as const) : (['retry'] as const)),
        'other',
        ...(folder === last ? [] : (['last'] as const)),
        'quit',
      ];
      const remedy = await help.ask(failure, remedies, backup);
      repair = remedy === 'restore' || remedy === 'rebuild' ? remedy : null;
      next = await nextAfter(remedy, next, last, help);
    }
  }
  return null;
}

async function nextAfter(
  remedy: Remedy,
  failed: FolderToOpen,
  last: string,
  { pickFolder }: Pick<Help<unknown>, 'pickFolder'>,
): Promise<FolderToOpen | null> {
  switch (remedy) {
    case 'restore':
    case 'rebuild':
    case 'retry':
      return failed;
    case 'inside':
      return { folder: insideOf(failed.folder), mustExist: false };
    case 'last':
      return { folder: last, mustExist: false };
    case 'other': {
      const folder = await pickFolder();
      return folder === null ? failed : { folder, mustExist: false };
    }
    case 'quit':
      return null;
  }
}
