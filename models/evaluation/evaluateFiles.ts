import type { LabelledFile, LeftOutFile } from '#shared/compute/protocol';
import type { Precision } from '#shared/domain/precision';
import type { Evaluation } from '#shared/domain/evaluation';
import type { TrainingProgress } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';
import type { Classifier } from '../inference/classifier';
import { allSettledOrThrow, prepareAhead } from '../data/prepareAhead';
import { decodeLabelled } from '../data/decodeLabelled';
import { dataHash, readLabelled, type LabelledImage } from '../data/labelledImages';
import { evaluate } from './evaluate';

export interface EvaluatedFiles {
  readonly evaluation: Evaluation;
  readonly predictions: { path: string; classId: string; probabilities: Float32Array }[];
  readonly leftOut: LeftOutFile[];
  readonly dataHash: string;
  /** Milliseconds the graph ran, its first run included, which TensorFlow prepares. */
  readonly graphMilliseconds: number;
  readonly precision: Precision;
}

/** Figures of a model on files whose class is known. FailureError `invalid-argument` if a class is not the model's, `no-images`, `cancelled`. */
export async function evaluateFiles(
  classifier: Classifier,
  files: readonly LabelledFile[],
  report: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<EvaluatedFiles> {
  const { classIds, inputSize, threshold, name } = classifier.card;
  const unknown = [...new Set(files.map(({ classId }) => classId))].filter((id) => !classIds.includes(id));
  if (unknown.length > 0) {
    throw new FailureError(
      'invalid-argument',
      `The model "${name}" does not know the class ${unknown.map((id) => `"${id}"`).join(', ')}.`,
      `Rename or take out the folder; the model's classes are ${classIds.join(', ')}.`,
    );
  }
  const start = performance.now();
  const progress = (done: number, total: number): void => {
    if (signal.aborted)
      throw new FailureError('cancelled', 'The evaluation was stopped.', 'Start it again when you like.');
    const rate = done / ((performance.now() - start) / 1000);
    report({
      stage: 'evaluating',
      done,
      total,
      imagesPerSecond: rate,
      secondsLeft: rate > 0 ? (total - done) / rate : null,
    });
  };
  const reading = (): void => {
    progress(0, files.length);
  };
  const { images, leftOut } = await readLabelled(files, reading, signal);
  const predictions: EvaluatedFiles['predictions'] = [];
  const used: LabelledImage[] = [];
  const unfamiliar: boolean[] = [];
  let graphMilliseconds = 0;
  let done = 0;
  for await (const batch of prepareAhead(images, classifier.batch, inputSize ** 2 * 3, (portion) =>
    allSettledOrThrow(portion.map((image) => decodeLabelled(image, inputSize, signal))),
  )) {
    const size = inputSize ** 2 * 3;
    const decoded = batch.flatMap((each) => ('pixels' in each ? [each] : []));
    for (const each of batch) if ('failure' in each) leftOut.push({ path: each.image.path, failure: each.failure });
    const pixels = new Uint8Array(decoded.length * size);
    decoded.forEach((each, index) => {
      pixels.set(each.pixels, index * size);
    });
    const graphStart = performance.now();
    const classified = decoded.length > 0 ? classifier.classify(pixels, decoded.length) : [];
    graphMilliseconds += performance.now() - graphStart;
    classified.forEach(({ probabilities, unfamiliar: isUnfamiliar }, index) => {
      const image = decoded[index]?.image;
      if (!image) return;
      used.push(image);
      unfamiliar.push(isUnfamiliar);
      predictions.push({ path: image.path, classId: image.classId, probabilities });
    });
    done += batch.length;
    progress(done, images.length);
  }
  if (used.length === 0)
    throw new FailureError(
      'no-images',
      'None of the images could be read.',
      'Check the folder: it holds one folder of images for each class.',
    );
  const probabilities = new Float32Array(used.length * classIds.length);
  predictions.forEach((each, row) => {
    probabilities.set(each.probabilities, row * classIds.length);
  });
  const truth = predictions.map(({ classId }) => classIds.indexOf(classId));
  return {
    evaluation: evaluate({ classIds, truth, probabilities, threshold, unfamiliar }),
    predictions,
    leftOut,
    dataHash: dataHash(used),
    graphMilliseconds,
    precision: classifier.precision,
  };
}
