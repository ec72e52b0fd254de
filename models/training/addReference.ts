import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabelledFile } from '#shared/compute/protocol';
import type { ModelCard } from '#shared/domain/model';
import type { TrainingProgress } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';
import { dataHash } from '../data/labelledImages';
import { evaluate } from '../evaluation/evaluate';
import { readModelFolder, writeModelFolder } from '../files/modelFolder';
import { fitLimits, reasonsOf } from '../inference/familiarity';
import { modelGraph } from '../inference/modelGraph';
import { encodeReference } from '../inference/reference';
import { calibrated } from './calibrate';
import { readFitData, type FitData } from './fitData';
import { stages } from './progress';
import { familiarityOf, REFERENCE_IMAGES, referenceOf, score, type GraphFor } from './score';

export interface ReferenceRequest {
  readonly modelFolder: string;
  /** Folder of the published backbones. */
  readonly pretrained: string;
  /** The images that the model was made with, all of them: its own split says which it learned from. */
  readonly files: readonly LabelledFile[];
  /** The model folder that is written, made whole or not at all. */
  readonly out: string;
}

/**
 * Writes a model anew with a reference, for one that was trained before models had one. Its weights, temperature and threshold stay; the reference is of its training set, the limits of its validation
 * set, and what the card says of its test set counts with them. FailureError `data-changed` where the images are others, `model-invalid`, `disk-full`, `cancelled`.
 */
export async function addReference(
  { modelFolder, pretrained, files, out }: ReferenceRequest,
  report: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<ModelCard> {
  const { card, files: whole } = await readModelFolder(modelFolder);
  const { stage } = stages((event) => {
    report(event.progress);
  }, signal);
  const cache = await mkdtemp(join(tmpdir(), 'smearscope-reference-'));
  try {
    const data = await readFitData(files, cache, { ...card.recipe, workingSize: card.inputSize }, stage);
    try {
      requireImagesOf(card, data);
      const graphFor: GraphFor = (precision, addColumns) =>
        modelGraph(modelFolder, pretrained, { precisionFor: () => precision, columnsFor: () => addColumns });
      const network = { graphFor, data, side: card.inputSize };
      const { training, validation, test } = data.parts;
      const examples = stage('features', Math.min(REFERENCE_IMAGES, training.length));
      const reference = await referenceOf(network, card.recipe.seed, examples);
      const progress = stage('calibrating', validation.length);
      const float32 = await score(network, validation, { reference, precision: 'float32' }, progress);
      const bfloat16 =
        card.bfloat16 && (await score(network, validation, { reference, precision: 'bfloat16' }, progress));
      const locked = await score(network, test, { reference, precision: 'float32' }, stage('evaluating', test.length));
      const { classIds, threshold, temperature } = card;
      const limits = fitLimits(float32.scores);
      const evaluation = evaluate({
        classIds,
        truth: locked.truth,
        probabilities: calibrated(locked.logits, classIds.length, temperature),
        threshold,
        unfamiliar: locked.truth.map((_, row) => reasonsOf(locked.scores, row, limits).length > 0),
      });
      const familiarity = familiarityOf(float32, bfloat16);
      return await writeModelFolder(
        out,
        { ...card, familiarity, evaluation },
        new Map([...whole, ...encodeReference(reference)]),
      );
    } finally {
      await data.cache.close();
    }
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

function requireImagesOf(card: ModelCard, { parts, classIds }: FitData): void {
  const hash = dataHash([...parts.training, ...parts.validation, ...parts.test]);
  if (hash === card.data.snapshotHash && classIds.join() === card.classIds.join()) return;
  throw new FailureError(
    'data-changed',
    `These are not the images that "${card.name}" was trained with: their hash is ${hash.slice(0, 12)}, that in its card ${card.data.snapshotHash.slice(0, 12)}.`,
    'Give the folder as it was then, or train the model again.',
  );
}
