import type { Batch } from '#shared/domain/batch';
import type { CsvStyle } from '#shared/domain/csvStyle';
import type { SlideId } from '#shared/domain/ids';
import type { ModelCard } from '#shared/domain/model';
import type { Workspace } from '../store/workspace';
import { cellsJson, cellsTable, slidesJson, slidesTable } from './tables';
import { writeTable } from './writeTable';
import { writeTextFile } from '../files/writeFile';

export interface Export {
  readonly workspace: Workspace;
  readonly card: ModelCard;
  readonly batch: Batch;
  readonly what: 'cells' | 'slides';
  readonly format: 'csv' | 'xlsx' | 'json';
  /** Of CSV; PLAIN_CSV if not given. */
  readonly csvStyle?: CsvStyle;
  /** Only this slide; null for all. */
  readonly slideId: SlideId | null;
  readonly path: string;
}

/** Writes what the user asked to export, whole or not at all. Errors as writeTextFile. */
export function writeExport(wanted: Export): Promise<void> {
  const { workspace, card, batch, what, format, csvStyle, slideId, path } = wanted;
  if (what === 'cells') {
    // The whole list is read before anything is awaited: a read that stays open would hold up the store.
    const records = [...workspace.cells.records(batch.id, slideId)];
    return format === 'json'
      ? writeTextFile(path, cellsJson(records, card, batch))
      : writeTable(cellsTable(records, card, { notice: true }), { path, format, csvStyle, sheet: what });
  }
  const classes = workspace.classes.current();
  const slides = workspace.slides.ofBatch(batch.id).filter(({ id }) => slideId === null || id === slideId);
  const origin = { card, batch, reviewers: workspace.reviews.reviewers(batch.id) };
  return format === 'json'
    ? writeTextFile(path, [slidesJson(slides, classes, origin)])
    : writeTable(slidesTable(slides, classes, origin), { path, format, csvStyle, sheet: what });
}
