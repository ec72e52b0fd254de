import type { Batch } from '#shared/domain/batch';
import type { SlideId } from '#shared/domain/ids';
import type { ModelCard } from '#shared/domain/model';
import type { Workspace } from '../store/workspace';
import { cellsCsv, cellsJson, slidesCsv, slidesJson } from './tables';
import { writeTextFile } from '../files/writeFile';

export interface Export {
  readonly workspace: Workspace;
  readonly card: ModelCard;
  readonly batch: Batch;
  readonly what: 'cells' | 'slides';
  readonly format: 'csv' | 'json';
  /** Only this slide; null for all. */
  readonly slideId: SlideId | null;
  readonly path: string;
}

/** Writes what the user asked to export, whole or not at all. Errors as writeTextFile. */
export function writeExport({ workspace, card, batch, what, format, slideId, path }: Export): Promise<void> {
  if (what === 'cells') {
    // The whole list is read before anything is awaited: a read that stays open would hold up the store.
    const records = [...workspace.cells.records(batch.id, slideId)];
    return writeTextFile(
      path,
      format === 'csv' ? cellsCsv(records, card, { notice: true }) : cellsJson(records, card, batch),
    );
  }
  const classes = workspace.classes.current();
  const slides = workspace.slides.ofBatch(batch.id).filter(({ id }) => slideId === null || id === slideId);
  return writeTextFile(
    path,
    format === 'csv' ? slidesCsv(slides, classes) : [slidesJson(slides, classes, card, batch)],
  );
}
