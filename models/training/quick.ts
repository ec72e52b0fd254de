import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LabelledFile, LeftOutFile } from '#shared/compute/protocol';
import { modelIdSchema } from '#shared/domain/ids';
import type { ModelCard } from '#shared/domain/model';
import type { QuickRecipe } from '#shared/domain/recipe';
import type { TrainingProgress } from '#shared/domain/run';
import { FailureError } from '#shared/ipc/failure';
import { evaluate } from '../evaluation/evaluate';
import { FeatureExtractor } from '../inference/featureExtractor';
import { loadPretrained } from '../pretrained/load';
import { writeWeights } from '../pretrained/weightsFile';
import { calibrated, fitTemperature, fitThreshold } from './calibrate';
import { chooseWeightDecay } from './chooseWeightDecay';
import { FeatureCache } from './featureCache';
import { extractFeatures, type ExtractedFeatures } from './features';
import { fitHead, headLogits, type Head, type LabelledFeatures } from './head';
import { dataHash, readLabelled, type LabelledImage } from './labelledImages';
import { stratifiedSplit, type Part } from './split';

/** Fewer images of a class than this, and no part of the split says anything about it. */
const FEWEST_IMAGES = 5;

export interface QuickTraining {
  readonly name: string;
  readonly modelId: string;
  readonly files: readonly LabelledFile[];
  readonly recipe: QuickRecipe;
  /** Made whole or not at all. */
  readonly modelFolder: string;
  /** Folder of the feature cache. */
  readonly featureCache: string;
  /** Folder of the published backbones. */
  readonly pretrained: string;
  /** What the data are, for the card. */
  readonly description: string;
}

export interface QuickResult {
  readonly card: ModelCard;
  readonly leftOut: LeftOutFile[];
}

type Report = (progress: TrainingProgress) => void;

/**
 * Quick training (product.md 5): a head on the pooled features of a frozen backbone, its weight decay chosen by cross-validation inside the training part, calibrated and given its threshold
 * on the validation part, evaluated on the locked test part, written as a model folder. FailureError `too-little-data`, `cancelled`, `model-invalid`, `disk-full`.
 */
export async function trainQuick(training: QuickTraining, report: Report, signal: AbortSignal): Promise<QuickResult> {
  const { files, recipe } = training;
  const stage = stages(report, signal);
  const reading = stage('reading', files.length);
  const { images, leftOut } = await readLabelled(files, reading);
  const classIds = classesOf(images, files);
  const parts = stratifiedSplit(images, {
    test: recipe.testShare,
    validation: recipe.validationShare,
    seed: recipe.seed,
  });

  const pretrained = await loadPretrained(join(training.pretrained, recipe.backbone));
  const extractor = new FeatureExtractor(recipe.inputSize, pretrained);
  const recipeOfFeatures = `${pretrained.sha256} ${String(recipe.inputSize)} mean and deviation of 16 blocks, views 1`;
  const cache = await FeatureCache.open(training.featureCache, recipeOfFeatures, extractor.width).catch(
    (error: unknown) => {
      extractor.close();
      throw error;
    },
  );
  try {
    const wanted = (['training', 'validation', 'test'] as const).map((part) =>
      viewsOf(images, parts, part, recipe.views),
    );
    const total = wanted.reduce((sum, each) => sum + each.length, 0);
    const progress = stage('features', total);
    const extracted: Record<Part, ExtractedFeatures> = { training: NOTHING, validation: NOTHING, test: NOTHING };
    let before = 0;
    for (const [index, part] of (['training', 'validation', 'test'] as const).entries()) {
      const views = wanted[index] ?? [];
      const start = before;
      extracted[part] = await extractFeatures(views, {
        extractor,
        cache,
        side: recipe.inputSize,
        onDone: (done) => progress(start + done),
      });
      before += views.length;
      leftOut.push(...extracted[part].leftOut);
    }
    const { width } = extractor;
    const label = (part: ExtractedFeatures): Int32Array =>
      Int32Array.from(part.rows, ({ image }) => classIds.indexOf(image.classId));
    const data: LabelledFeatures = { features: extracted.training.features, width, labels: label(extracted.training) };
    const weightDecay = await chooseWeightDecay(data, extracted.training.rows, recipe, classIds.length, stage);
    const head = await fitHead(data, { ...recipe, weightDecay, classes: classIds.length }, stage('fitting', 0));

    const calibrating = stage('calibrating', 1);
    const logits = (part: Part): Float32Array => headLogits(head, extracted[part].features, width);
    const truth = (part: Part): number[] => Array.from(label(extracted[part]));
    const temperature = fitTemperature(logits('validation'), truth('validation'), classIds.length);
    const validation = calibrated(logits('validation'), classIds.length, temperature);
    const { threshold, expectedError } = fitThreshold(validation, classIds.length, recipe.targetError);
    await calibrating(1);
    const probabilities = calibrated(logits('test'), classIds.length, temperature);
    const evaluation = evaluate({ classIds, truth: truth('test'), probabilities, threshold });
    await stage('evaluating', 1)(1);

    const used = (['training', 'validation', 'test'] as const).map((part) =>
      extracted[part].rows.filter(({ view }) => view === 0).map(({ image }) => image),
    );
    const [trained = [], validated = [], tested = []] = used;
    const all = used.flat();
    const bySlide = images.some(({ slide }) => slide !== null);
    const card: Omit<ModelCard, 'files'> = {
      formatVersion: 1,
      id: modelIdSchema.parse(training.modelId),
      name: training.name,
      createdAt: new Date().toISOString(),
      recipe: { ...recipe, weightDecay: [weightDecay] },
      classIds,
      backbone: { name: pretrained.name, sha256: pretrained.sha256 },
      inputSize: recipe.inputSize,
      temperature,
      threshold,
      expectedError,
      data: {
        description: training.description,
        snapshotHash: dataHash(all),
        perClass: Object.fromEntries(classIds.map((id) => [id, all.filter(({ classId }) => classId === id).length])),
        training: trained.length,
        validation: validated.length,
        test: tested.length,
        seed: recipe.seed,
        bySlide,
      },
      evaluation,
      limits: limitsOf(classIds, tested, bySlide),
    };
    await stage('saving', 1)(0);
    return { card: await writeModel(training.modelFolder, card, head), leftOut };
  } finally {
    extractor.close();
    await cache.close();
  }
}

const NOTHING: ExtractedFeatures = { rows: [], features: new Float32Array(0), leftOut: [] };

function viewsOf(
  images: readonly LabelledImage[],
  parts: readonly Part[],
  part: Part,
  views: number,
): { image: LabelledImage; view: number }[] {
  const mine = images.filter((_, index) => parts[index] === part);
  return Array.from({ length: part === 'training' ? views : 1 }, (_, view) =>
    mine.map((image) => ({ image, view })),
  ).flat();
}

/** The classes, sorted; FailureError `too-little-data` names what is missing. */
function classesOf(images: readonly LabelledImage[], files: readonly LabelledFile[]): string[] {
  const counts = new Map([...new Set(files.map(({ classId }) => classId))].sort().map((id) => [id, 0]));
  for (const { classId } of images) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  if (counts.size < 2) {
    throw new FailureError(
      'too-little-data',
      `Training needs at least two classes; there is ${counts.size === 0 ? 'none' : 'one'}.`,
      'Choose a folder that holds one folder of images for each class.',
    );
  }
  const short = [...counts].filter(([, count]) => count < FEWEST_IMAGES);
  if (short.length > 0) {
    const list = short.map(([id, count]) => `${id} (${String(count)})`).join(', ');
    throw new FailureError(
      'too-little-data',
      `Too few readable images: ${list}. A class needs at least ${String(FEWEST_IMAGES)}.`,
      'Add images to these classes, or take their folders out.',
    );
  }
  return [...counts.keys()];
}

function limitsOf(classIds: readonly string[], tested: readonly LabelledImage[], bySlide: boolean): string[] {
  const few = classIds.filter((id) => tested.filter(({ classId }) => classId === id).length < 30);
  return [
    ...(bySlide
      ? []
      : [
          'No slides or patients are known, so images of one patient may stand in several parts: the figures are optimistic.',
        ]),
    'The figures hold for the scanner, stain and laboratory of the training images; others must be checked first.',
    ...(few.length > 0 ? [`Too few test images to judge: ${few.join(', ')}.`] : []),
  ];
}

/** Writes the folder under a temporary name, flushes it and renames it. */
async function writeModel(folder: string, card: Omit<ModelCard, 'files'>, head: Head): Promise<ModelCard> {
  await mkdir(dirname(folder), { recursive: true });
  const part = await mkdtemp(`${folder}.part-`);
  try {
    const files = await writeWeights(
      part,
      new Map([
        ['head/hidden/kernel', head.hiddenKernel],
        ['head/hidden/bias', head.hiddenBias],
        ['head/logits/kernel', head.logitsKernel],
        ['head/logits/bias', head.logitsBias],
      ]),
    );
    const whole: ModelCard = { ...card, files };
    await writeFile(join(part, 'card.json'), `${JSON.stringify(whole, null, 2)}\n`);
    for (const name of [...Object.keys(files), 'card.json']) {
      const file = await open(join(part, name), 'r+');
      await file.sync();
      await file.close();
    }
    await rename(part, folder);
    return whole;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Makes the progress callback of each stage; throws `cancelled` from it once the signal is aborted, and lets the process answer between steps. */
function stages(
  report: Report,
  signal: AbortSignal,
): (stage: TrainingProgress['stage'], total: number) => (done: number, total?: number) => Promise<void> {
  return (stage, total) => {
    const start = performance.now();
    let told = 0;
    return async (done, of = total) => {
      if (signal.aborted)
        throw new FailureError(
          'cancelled',
          'The training was stopped.',
          'Nothing was changed; start it again when you like.',
        );
      const now = performance.now();
      if (done > 0 && done < of && now - told < 100) return;
      told = now;
      const rate = done > 0 ? done / ((now - start) / 1000) : null;
      report({
        stage,
        done,
        total: of,
        imagesPerSecond: stage === 'features' || stage === 'reading' ? rate : null,
        secondsLeft: rate === null || rate === 0 ? null : (of - done) / rate,
      });
      await new Promise((resolve) => setImmediate(resolve));
    };
  };
}
