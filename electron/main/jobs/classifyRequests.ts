import type { ClassifiedFile, ComputeParams, ComputeResult } from '#shared/compute/protocol';
import type { BatchId } from '#shared/domain/ids';
import type { Precision } from '#shared/domain/precision';
import { FailureError } from '#shared/domain/failure';
import type { ComputeSupervisor } from '../compute/supervisor';
import type { PlacedModel } from '../modelCatalog';
import type { PendingFile } from '../store/batchRepository';
import type { Workspace } from '../store/workspace';
import { Suspects } from './suspects';

/** Files a request to the compute process; two requests are under way at once, so that it never waits for the next. */
const REQUEST = 256;
const REQUESTS_AT_ONCE = 2;

/** Milliseconds to wait after a death over no file, before each further try; then the machine is at fault. */
const PAUSES = [1000, 4000];

/** Deaths without a result between them after which the machine is at fault: more than it takes to find one file. */
const DEATHS_WITHOUT_RESULT = 12;

export interface ClassifyRequests {
  readonly workspace: Workspace;
  readonly compute: ComputeSupervisor;
  readonly model: PlacedModel;
  readonly batchId: BatchId;
  readonly signal: AbortSignal;
  /** Path of an image that is known to be good. */
  readonly goodImage: string;
  /** Keeps results as they come. */
  readonly onResults: (results: ClassifiedFile[]) => void;
  readonly onAnswer: (answer: ComputeResult<'classify'>) => void;
}

/**
 * Asks for all files of a batch that wait, also after deaths of the compute process. A file is set aside as unreadable
 * only where it was in hand alone at two deaths, and an image that is known to be good is classified after them.
 * FailureError `compute-died` where the machine is at fault: then no file is set aside for it.
 */
export async function requestPending(job: ClassifyRequests): Promise<void> {
  const { compute, signal, onResults, onAnswer } = job;
  const suspects = new Suspects<PendingFile>();
  let inHand: readonly PendingFile[] = [];
  let withoutResult = 0;
  let overNoFile = 0;

  const request = async (files: readonly PendingFile[]): Promise<void> => {
    const onProgress = (results: ClassifiedFile[]): void => {
      if (results.length === 0) {
        inHand = files;
        return;
      }
      const settled = new Set(results.map(({ key }) => key));
      inHand = inHand.filter(({ id }) => !settled.has(id));
      withoutResult = 0;
      overNoFile = 0;
      onResults(results);
    };
    onAnswer(await compute.call('classify', await requestFor(job, files), { onProgress, signal }));
  };

  const afterDeath = async (error: FailureError): Promise<void> => {
    if (++withoutResult >= DEATHS_WITHOUT_RESULT) throw faultOfMachine(error);
    const files = inHand;
    inHand = [];
    if (files.length === 0) {
      const pause = PAUSES[overNoFile++];
      if (pause === undefined) throw faultOfMachine(error);
      await wait(pause, signal);
      return;
    }
    const culprit = suspects.died(files);
    if (culprit) await setAside(job, culprit);
  };

  for (;;) {
    const suspected = suspects.next();
    try {
      if (suspected) {
        await request(suspected);
        suspects.clear();
      } else if (!(await requestAll(job, request))) return;
    } catch (error) {
      if (!isDeath(error) || signal.aborted) throw error;
      await afterDeath(error);
    }
  }
}

/** Has the compute process start and load the model. What fails here fails for the first files too, and is reported then. */
export function loadModel(job: Omit<ClassifyRequests, 'goodImage' | 'onResults' | 'onAnswer'>): void {
  requestFor(job, [])
    .then((request) => job.compute.call('classify', request, { signal: job.signal }))
    .catch(() => undefined);
}

export function stopped(): FailureError {
  return new FailureError('cancelled', 'The classification was stopped.', 'Resume it to go on.');
}

/** Asks for all that waits, in full requests; false if nothing does. */
async function requestAll(
  { workspace, batchId, signal }: ClassifyRequests,
  request: (files: readonly PendingFile[]) => Promise<void>,
): Promise<boolean> {
  let files = workspace.batches.pending(batchId, 0, REQUEST);
  if (files.length === 0) return false;
  const underWay = new Set<Promise<void>>();
  try {
    while (files.length > 0 || underWay.size > 0) {
      if (signal.aborted) throw stopped();
      while (files.length > 0 && underWay.size < REQUESTS_AT_ONCE) {
        const running: Promise<void> = request(files).finally(() => underWay.delete(running));
        underWay.add(running);
        files = workspace.batches.pending(batchId, files.at(-1)?.id ?? 0, REQUEST);
      }
      await Promise.race(underWay);
    }
    return true;
  } finally {
    await Promise.allSettled(underWay);
  }
}

type Requested = Omit<ClassifyRequests, 'goodImage' | 'onResults' | 'onAnswer'>;

async function requestFor(job: Requested, files: readonly PendingFile[]): Promise<ComputeParams<'classify'>> {
  const ranges = job.workspace.slides.valueRanges(job.batchId);
  return {
    ...(await classifierOf(job)),
    imageStore: job.workspace.images,
    files: files.map(({ id, path, slideId }) => ({ key: id, path, ranges: ranges.get(slideId) ?? [] })),
  };
}

async function classifierOf(
  job: Requested,
): Promise<Pick<ComputeParams<'classify'>, 'modelFolder' | 'views' | 'precision'>> {
  const { views } = job.workspace.batches.get(job.batchId);
  return { modelFolder: job.model.folder, views, precision: await precisionOf(job) };
}

/** The batch's precision, chosen before its first image: one that is faster now may be slower beside other work, and its results would differ. */
async function precisionOf({ workspace, compute, model, batchId, signal }: Requested): Promise<Precision> {
  const { precision } = workspace.batches.get(batchId);
  if (precision !== null) return precision;
  const here = await compute.call('precision', { modelFolder: model.folder }, { signal });
  return workspace.batches.setPrecision(batchId, here);
}

/** Sets a file aside, unless the machine cannot classify a good image either. */
async function setAside(job: ClassifyRequests, { id, path }: PendingFile): Promise<void> {
  const { workspace, compute, goodImage, signal } = job;
  try {
    await compute.call('trial', { ...(await classifierOf(job)), path: goodImage }, { signal });
  } catch (error) {
    throw isDeath(error) ? faultOfMachine(error) : error;
  }
  workspace.log.error(`${path} brought the compute process down twice, in hand alone; it is set aside`);
  workspace.batches.setUnreadable(id, 'The program that decodes images broke down over this file, twice.');
}

function isDeath(error: unknown): error is FailureError {
  return error instanceof FailureError && error.failure.code === 'compute-died';
}

function faultOfMachine({ failure, cause }: FailureError): FailureError {
  return new FailureError(
    'compute-died',
    `${failure.message} It does so whatever it is given.`,
    'Close other programs, and look into the log. Then resume: what is classified is kept, and no file was set aside for this.',
    { cause },
  );
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(stopped());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
