import { FailureError, type Failure } from '#shared/domain/failure';
import { insideOf } from './store/prepareFolder';

/** A folder to open as the workspace. */
export interface FolderToOpen {
  readonly folder: string;
  /** Whether it must be there: one that was opened before and is gone lies on a drive that is not connected. */
  readonly mustExist: boolean;
}

/** What a person can do about a workspace that does not open. */
export type Remedy = 'retry' | 'inside' | 'other' | 'last' | 'quit';

interface Help<T> {
  open(folder: FolderToOpen): Promise<T>;
  ask(failure: Failure, remedies: readonly Remedy[]): Promise<Remedy>;
  /** Null where none was chosen. */
  pickFolder(): Promise<string | null>;
}

/**
 * Opens a workspace; where it does not open, asks until one does: again, another folder, the `last` one that was opened, or a folder within one that holds other things.
 * Gives what was opened and where; null where the person quits. Errors that are no FailureError are thrown.
 */
export async function openWithHelp<T>(
  first: FolderToOpen,
  last: string,
  help: Help<T>,
): Promise<{ readonly folder: string; readonly opened: T } | null> {
  let next: FolderToOpen | null = first;
  while (next) {
    const { folder }: FolderToOpen = next;
    try {
      return { folder, opened: await help.open(next) };
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      const { failure } = error;
      const remedies: Remedy[] = [
        ...(failure.code === 'workspace-foreign' ? (['inside'] as const) : (['retry'] as const)),
        'other',
        ...(folder === last ? [] : (['last'] as const)),
        'quit',
      ];
      next = await nextAfter(await help.ask(failure, remedies), next, last, help);
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
