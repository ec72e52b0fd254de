import type { Batch, Slide } from '#shared/domain/batch';
import type { CellClasses } from '#shared/domain/cellClass';
import { differentialOf, shareOf, type Differential, type WhiteShare } from '#shared/domain/differential';
import type { SlideId } from '#shared/domain/ids';
import type { ModelCard } from '#shared/domain/model';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import { STANDARD_CLASSES } from '#shared/domain/standardClasses';
import type { CellRecord } from '../store/cellRepository';
import { slideNotice } from '#shared/domain/slideNotice';
import type { Row } from './csv';

/** The columns that every table of cells begins with; one a class follows, by name. */
const CELL_COLUMNS = ['file', 'sha256', 'slide', 'class', 'top_class', 'confidence', 'status'] as const;

/** Cells as a table, one line at a time. `notice` adds a last column with the research-use line. */
export function* cellsTable(
  records: Iterable<CellRecord>,
  card: ModelCard,
  { notice }: { notice: boolean },
): Generator<Row> {
  const columns = [...card.classIds].sort();
  const places = columns.map((id) => card.classIds.indexOf(id));
  yield [...CELL_COLUMNS, ...columns.map((id) => columnOf(id, CELL_COLUMNS)), ...(notice ? ['notice'] : [])];
  for (const { file, hash, slide, classId, topClassId, confidence, status, probabilities } of records) {
    const values = places.map((place) => short(probabilities[place] ?? 0));
    yield [
      file,
      hash,
      slide,
      classId ?? '',
      topClassId,
      short(confidence),
      status,
      ...values,
      ...(notice ? [RESEARCH_USE_LINE] : []),
    ];
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
  for (const record of records) {
    const { file, hash, slide, classId, topClassId, confidence, status, unfamiliar, unlike, probabilities } = record;
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
      unlike,
      probabilities: byClass,
    };
    yield `${first ? '' : ','}\n    ${JSON.stringify(cell)}`;
    first = false;
  }
  yield '\n  ]\n}\n';
}

/** The standard classes that every table of differentials has columns for; their counts include those of their subtypes. */
const WHITE_COLUMNS = STANDARD_CLASSES.filter(({ role }) => role === 'white').map(({ id }) => id);

const SUM_COLUMNS = [
  'erythroblasts',
  'erythroblasts_per_100_white_cells',
  'platelets',
  'other_cells',
  'role_not_known',
  'unidentified',
  'cells',
  'reviewed_by_a_person',
] as const;

/** Where differentials come from. */
export interface Origin {
  readonly card: ModelCard;
  readonly batch: Batch;
  /** Who decided on cells of a slide. */
  readonly reviewers: ReadonlyMap<SlideId, readonly string[]>;
}

const ORIGIN_COLUMNS = ['batch', 'date', 'model', 'model_id', 'views', 'precision', 'reviewers'] as const;

/**
 * Differentials of slides as a table: before and after review, each percentage with its exact 95 % limits. The standard classes and the sums stand in columns
 * that every file has; every other class that these slides have cells of follows in columns of its own.
 */
export function* slidesTable(slides: readonly Slide[], classes: CellClasses, origin: Origin): Generator<Row> {
  const { card, batch, reviewers } = origin;
  const found = slides.flatMap(({ counts }) => [...Object.keys(counts.machine), ...Object.keys(counts.reviewed)]);
  const standard = new Set(STANDARD_CLASSES.map(({ id }) => id));
  const further = classes.inReportOrder(found.filter((id) => !standard.has(id)));
  const four = (id: string): string[] => [id, `${id}_percent`, `${id}_low`, `${id}_high`];
  const fixed = ['slide', 'review', 'white_cells', ...WHITE_COLUMNS.flatMap(four), ...SUM_COLUMNS];
  yield [
    ...fixed,
    ...further.flatMap(({ id, role }) => {
      const column = columnOf(id, [...fixed, ...ORIGIN_COLUMNS]);
      return role === 'white' ? four(column) : [column];
    }),
    ...ORIGIN_COLUMNS,
    'notice',
  ];
  for (const slide of slides) {
    for (const { review, differential } of differentialsOf(slide, classes)) {
      const counts = countsOf(differential);
      const figures = (id: string): (number | string)[] => {
        const cellClass = classes.of(id);
        const { count, percent, low, high } = shareOf(
          { cellClass, count: counts.get(id) ?? 0 },
          differential.whiteCells,
        );
        return [count, percent === null ? '' : short(percent), short(low), short(high)];
      };
      yield [
        slide.name,
        review,
        differential.whiteCells,
        ...WHITE_COLUMNS.flatMap(figures),
        differential.erythroblasts,
        differential.erythroblastsPer100 === null ? '' : short(differential.erythroblastsPer100),
        differential.platelets,
        differential.other,
        differential.roleNotKnown,
        differential.unidentified,
        differential.cells,
        slide.counts.seen,
        ...further.flatMap(({ id, role }) => (role === 'white' ? figures(id) : [counts.get(id) ?? 0])),
        batch.name,
        batch.createdAt,
        card.name,
        card.id,
        batch.views,
        batch.precision ?? '',
        (reviewers.get(slide.id) ?? []).join('; '),
        RESEARCH_USE_LINE,
      ];
    }
  }
}

/** Differentials of slides as one JSON document. */
export function slidesJson(slides: readonly Slide[], classes: CellClasses, origin: Origin): string {
  const { card, batch, reviewers } = origin;
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
      warning: slideNotice(slide),
      cellsSeenByAPerson: slide.counts.seen,
      reviewers: reviewers.get(slide.id) ?? [],
      differentials: Object.fromEntries(
        differentialsOf(slide, classes).map(({ review, differential }) => [
          review,
          {
            ...differential,
            rows: differential.rows.map((row) => ({ ...entryOf(row), subtypes: row.subtypes.map(entryOf) })),
            outside: differential.outside.map(({ cellClass: { id, role }, count }) => ({ class: id, role, count })),
          },
        ]),
      ),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function differentialsOf(
  { counts }: Slide,
  classes: CellClasses,
): { review: 'before' | 'after'; differential: Differential }[] {
  return [
    { review: 'before', differential: differentialOf(classes, counts.machine, counts.machineUnidentified) },
    { review: 'after', differential: differentialOf(classes, counts.reviewed, counts.reviewedUnidentified) },
  ];
}

/** Numbers of cells by class id, of a class with those of its subtypes. */
function countsOf({ rows, outside }: Differential): Map<string, number> {
  const all = [...rows, ...rows.flatMap(({ subtypes }) => subtypes), ...outside];
  return new Map(all.map(({ cellClass, count }) => [cellClass.id, count]));
}

function entryOf({ cellClass, count, percent, low, high }: WhiteShare): object {
  return { class: cellClass.id, count, percent, low, high };
}

/** The column of a class: its id, unless another column is called so. */
function columnOf(id: string, others: readonly string[]): string {
  return others.includes(id) ? `class_${id}` : id;
}

/** Six significant digits: more than float32 knows of a probability is noise. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
