import type { FolderOptions } from '#main/jobs/trainingFolder';
import { knownNames } from '#shared/domain/className';
import { PLAIN_READING, type FolderReading } from '#shared/domain/folderLayout';
import { STANDARD_CLASSES } from '#shared/domain/standardClasses';

/** How a folder of labelled images is read where nobody stops it and only the standard classes are known. */
export function folderOptions(reading: FolderReading = PLAIN_READING): FolderOptions {
  return { known: knownNames(STANDARD_CLASSES), reading, signal: new AbortController().signal };
}
