import type { ClassifiedFile } from '#shared/compute/protocol';
import type { Batch } from '#shared/domain/batch';
import type { BatchId, CellId } from '#shared/domain/ids';
import { FailureError } from '#shared/domain/failure';
import type { ComputeSupervisor } from '../compute/supervisor';
import type { Emit } from '../events';
import type { PlacedModel } from '../modelCatalog';
import { timed } from '../store/database';
import type { Workspace } from '../store/workspace';
import { loadModel, requestPending, stopped } from './classifyRequests';
import { JobMeasure } from './jobMeasure';
import { PassedOverList } from './passedOverList';
import { Rate } from './rate';
import { walk, type Shard } from './walk';

/** Milliseconds between two reports of progress. */
const TELL_EVERY = 100;

export interface ClassifyJob {
  readonly workspace: Workspace;
  readonly compute: ComputeSupervisor;
  readonly model: PlacedModel;
  readonly batchId: BatchId;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Path of an image that is known to be good. */
  readonly goodImage: string;
}

/**
 * Classifies what waits in a batch: walks its sources first, if that was not done to the end. A file is waiting or
 * settled, and is settled in one transaction with its cell, so a batch can be cut anywhere and resumed without anything
 * lost or done twice. Throws FailureError.
 */
export async function runClassification(job: ClassifyJob): Promise<void> {
  const measure = new JobMeasure();
  try {
    loadModel(job);
    await findFiles(job);
    await classifyPending(job, measure);
  } finally {
    job.workspace.log.info(`batch ${job.batchId}: ${measure.end()}`);
  }
}

async function findFiles({ workspace, batchId, emit, signal }: ClassifyJob): Promise<void> {
  const batch = workspace.batches.get(batchId);
  if (batch.walked) return;
  const shard = shardOf(workspace.batches.shardOf(batchId));
  const passedOver = new PassedOverList();
  for await (const files of walk(batch.sources, { shard, signal, passedOver })) {
    if (signal.aborted) throw stopped();
    timed(workspace.log, 'add files', () => {
      workspace.batches.addFiles(batchId, files);
    });
    emit('batch.changed', workspace.batches.get(batchId));
  }
  if (signal.aborted) throw stopped();
  workspace.batches.setWalked(batchId, passedOver.list());
  if (workspace.batches.get(batchId).total === 0) {
    throw new FailureError(
      'no-images',
      [`No images were found in ${batch.sources.join(', ')}.`, ...passedOver.sentences()].join(' '),
      'Choose a folder with JPEG, PNG, BMP, TIFF or WebP files, in it or in its sub-folders.',
    );
  }
}

async function classifyPending(job: ClassifyJob, measure: JobMeasure): Promise<void> {
  const committer = new Committer(job);
  try {
    await requestPending({
      ...job,
      onResults: (results) => {
        committer.commit(results);
      },
      onAnswer: ({ graphMilliseconds, precision }) => {
        measure.addGraph(graphMilliseconds, precision);
      },
    });
  } finally {
    committer.tell();
  }
}

/**
 * Writes portions of results, each file's state and its cell in one transaction, and tells of them a few times a second: counting a batch of 100,000 files takes longer than
 * committing a portion of it.
 */
class Committer {
  readonly #job: ClassifyJob;
  readonly #rate = new Rate();
  #untold: CellId[] = [];
  #told = 0;

  constructor(job: ClassifyJob) {
    this.#job = job;
    this.#rate.mark(settledOf(job.workspace.batches.get(job.batchId)));
  }

  commit(results: readonly ClassifiedFile[]): void {
    const { workspace } = this.#job;
    const added = timed(workspace.log, 'commit results', () =>
      workspace.database.transaction(() => results.flatMap((result) => this.#settle(result) ?? []))(),
    );
    this.#untold.push(...added);
    if (performance.now() - this.#told >= TELL_EVERY) this.tell();
  }

  /** Tells of what was committed since it last did. */
  tell(): void {
    const { workspace, batchId, emit } = this.#job;
    this.#told = performance.now();
    const batch = workspace.batches.get(batchId);
    const cells = workspace.cells.byIds(this.#untold);
    this.#untold = [];
    const slides = workspace.slides.byIds([...new Set(cells.map(({ slideId }) => slideId))]);
    if (cells.length > 0) emit('cells.added', { batchId, slides, cells });
    const done = settledOf(batch);
    const imagesPerSecond = this.#rate.mark(done);
    emit('batch.progress', {
      batchId,
      state: batch.state,
      walked: batch.walked,
      done,
      total: batch.total,
      unreadable: batch.unreadable,
      duplicates: batch.duplicates,
      imagesPerSecond,
      secondsLeft: imagesPerSecond === null || imagesPerSecond === 0 ? null : (batch.total - done) / imagesPerSecond,
      slideName: slides.at(-1)?.name ?? '',
    });
  }

  /** The new cell's id, or null where the file became none. */
  #settle(result: ClassifiedFile): CellId | null {
    const { workspace, model } = this.#job;
    const { batches, cells, slides } = workspace;
    if (result.kind === 'unreadable') {
      batches.setUnreadable(result.key, `${result.failure.message} ${result.failure.hint}`);
      return null;
    }
    const same = cells.sameContent(result.key, result.hash);
    if (same !== null) {
      batches.setDuplicate(result.key, `The same image as ${same}.`, result.hash);
      return null;
    }
    const { classIds, threshold } = model.card;
    const { key, hash, stored, bytes, width, height, range, probabilities, unfamiliar, unlike } = result;
    const confidence = Math.max(...probabilities);
    const topClassId = classIds[probabilities.indexOf(confidence)] ?? '';
    const classId = confidence < threshold || unfamiliar ? null : topClassId;
    const id = cells.add({
      file: key,
      hash,
      stored,
      bytes,
      width,
      height,
      topClassId,
      confidence,
      unfamiliar,
      unlike,
      classId,
      probabilities,
    });
    if (id !== null) batches.setClassified(key, hash);
    if (range) slides.addValueRange(key, range);
    return id;
  }
}

function settledOf({ classified, duplicates, unreadable }: Batch): number {
  return classified + duplicates + unreadable;
}

/** A shard as it is written, `i/n`; null for all. */
function shardOf(text: string | null): Shard | null {
  const [index, of] = (text ?? '').split('/').map(Number);
  return index !== undefined && of !== undefined ? { index, of } : null;
}
