import type { Batch, Slide } from '#shared/domain/batch';
import { differentialOf } from '#shared/domain/differential';
import type { ModelCard } from '#shared/domain/model';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import type { CellRecord } from '../store/cellRepository';
import { csvLine } from './csv';

/** The columns that every table of cells begins with; one a class follows, by name. */
const CELL_COLUMNS = ['file', 'sha256', 'slide', 'class', 'top_class', 'confidence', 'status'] as const;

/** Cells as CSV, one line at a time. `notice` adds a last column with the research-use line. */
export function* cellsCsv(
  records: Iterable<CellRecord>,
  card: ModelCard,
  { notice }: { notice: boolean },
): Generator<string> {
  const columns = [...card.classIds].sort();
  const places = columns.map((id) => card.classIds.indexOf(id));
  yield csvLine([...CELL_COLUMNS, ...columns, ...(notice ? ['notice'] : [])]);
  for (const { file, hash, slide, classId, topClassId, confidence, status, probabilities } of records) {
    const values = places.map((place) => short(probabilities[place] ?? 0));
    yield csvLine([
      file,
      hash,
      slide,
      classId ?? '',
      topClassId,
      short(confidence),
      status,
      ...values,
      ...(notice ? [RESEARCH_USE_LINE] : []),
    ]);
  }
}

/** Cells as one JSON document, in portions. */
export function* cellsJson(records: Iterable<CellRecord>, card: ModelCard, batch: Batch): Generator<string> {
  const head = {
    notice: RESEARCH_USE_LINE,
    batch: batch.name,
    createdAt: batch.createdAt,
    model: { id: card.id, name: card.name },
    views: batch.views,
    precision: batch.precision,
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "cells": [`;
  let first = true;
  for (const { file, hash, slide, classId, topClassId, confidence, status, unfamiliar, probabilities } of records) {
    const byClass = Object.fromEntries(card.classIds.map((id, index) => [id, short(probabilities[index] ?? 0)]));
    const cell = {
      file,
      sha256: hash,
      slide,
      class: classId,
      topClass: topClassId,
      confidence: short(confidence),
      status,
      unfamiliar,
      probabilities: byClass,
    };
    yield `${first ? '' : ','}\n    ${JSON.stringify(cell)}`;
    first = false;
  }
  yield '\n  ]\n}\n';
}

/** Differentials of slides as CSV: before and after review, each percentage with its exact 95 % limits. */
export function* slidesCsv(slides: readonly Slide[]): Generator<string> {
  const classes = differentialOf({}, 0).rows.map(({ cellClass }) => cellClass.id);
  const figures = classes.flatMap((id) => [id, `${id}_percent`, `${id}_low`, `${id}_high`]);
  yield csvLine([
    'slide',
    'review',
    'white_cells',
    ...figures,
    'erythroblasts',
    'erythroblasts_per_100_white_cells',
    'platelets',
    'unidentified',
    'reviewed_by_a_person',
    'notice',
  ]);
  for (const slide of slides) {
    for (const { review, differential } of differentialsOf(slide)) {
      const values = differential.rows.flatMap(({ count, percent, low, high }) => [
        count,
        percent === null ? '' : short(percent),
        short(low),
        short(high),
      ]);
      yield csvLine([
        slide.name,
        review,
        differential.whiteCells,
        ...values,
        differential.erythroblasts,
        differential.erythroblastsPer100 === null ? '' : short(differential.erythroblastsPer100),
        differential.platelets,
        differential.unidentified,
        slide.counts.seen,
        RESEARCH_USE_LINE,
      ]);
    }
  }
}

/** Differentials of slides as one JSON document. */
export function slidesJson(slides: readonly Slide[], card: ModelCard, batch: Batch): string {
  const document = {
    notice: RESEARCH_USE_LINE,
    batch: batch.name,
    createdAt: batch.createdAt,
    model: { id: card.id, name: card.name },
    views: batch.views,
    precision: batch.precision,
    slides: slides.map((slide) => ({
      name: slide.name,
      folder: slide.folder,
      files: slide.files,
      unreadable: slide.unreadable,
      duplicates: slide.duplicates,
      cellsSeenByAPerson: slide.counts.seen,
      differentials: Object.fromEntries(
        differentialsOf(slide).map(({ review, differential }) => [
          review,
          {
            ...differential,
            rows: differential.rows.map(({ cellClass, count, percent, low, high }) => ({
              class: cellClass.id,
              count,
              percent,
              low,
              high,
            })),
          },
        ]),
      ),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function differentialsOf({
  counts,
}: Slide): { review: 'before' | 'after'; differential: ReturnType<typeof differentialOf> }[] {
  return [
    { review: 'before', differential: differentialOf(counts.machine, counts.machineUnidentified) },
    { review: 'after', differential: differentialOf(counts.reviewed, counts.reviewedUnidentified) },
  ];
}

/** Six significant digits: more than float32 knows of a probability is noise. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
