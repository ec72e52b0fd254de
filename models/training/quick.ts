import { join } from 'node:path';
import type { LabelledFile, LeftOutFile, QuickEvent } from '#shared/compute/protocol';
import type { ModelCard } from '#shared/domain/model';
import type { QuickRecipe } from '#shared/domain/recipe';
import type { Part } from '#shared/domain/part';
import { curate } from '../curation/curate';
import { FeatureExtractor } from '../inference/featureExtractor';
import { encodeReference } from '../inference/reference';
import { loadPretrained } from '../pretrained/load';
import { cardOf } from './card';
import { chooseWeightDecay } from './chooseWeightDecay';
import { FeatureCache } from './featureCache';
import { extractFeatures, type ExtractedFeatures } from './features';
import { classesOf, requireEveryClass } from './classes';
import { fitHead, headOutputs, type LabelledFeatures } from './head';
import { readLabelled, type LabelledImage } from '../data/labelledImages';
import { writeTrainedModel } from '../files/modelFolder';
import { reportFindings } from './findings';
import { judge } from './judge';
import { fitReference, someImages, type SeenImages } from './fitReference';
import { familiarityOf, REFERENCE_IMAGES, scoreSeen, type Scored } from './score';
import { tellPredictions } from './predictions';
import { stages, type GiveWay } from './progress';
import { stratifiedSplit } from '../data/split';

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

/**
 * Quick training (product.md 5): a head on the pooled features of a frozen backbone, its weight decay chosen by cross-validation inside the training part, calibrated and given its threshold
 * on the validation part, evaluated on the locked test part, written as a model folder; tells what it calls each image of that part. FailureError `too-little-data`, `cancelled`, `model-invalid`, `disk-full`.
 */
export async function trainQuick(
  training: QuickTraining,
  tell: (event: QuickEvent) => void,
  signal: AbortSignal,
  giveWay?: GiveWay,
): Promise<QuickResult> {
  const { files, recipe } = training;
  const { stage } = stages(tell, signal, giveWay);
  const reading = stage('reading', files.length);
  const { images: read, leftOut } = await readLabelled(files, reading, signal);
  const classIds = classesOf(read, files);
  const { images, findings } = await curate(read, training.featureCache, stage('decoding', read.length));
  reportFindings(tell, findings);
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
    const used = (part: Part): LabelledImage[] =>
      extracted[part].rows.filter(({ view }) => view === 0).map(({ image }) => image);
    // What could not be decoded is left out by now.
    classesOf([...used('training'), ...used('validation'), ...used('test')], files);
    requireEveryClass(classIds, used('training'), 'to learn from');
    const { width } = extractor;
    const label = (part: ExtractedFeatures): Int32Array =>
      Int32Array.from(part.rows, ({ image }) => classIds.indexOf(image.classId));
    const data: LabelledFeatures = { features: extracted.training.features, width, labels: label(extracted.training) };
    const weightDecay = await chooseWeightDecay(data, extracted.training.rows, recipe, classIds.length, stage);
    const head = await fitHead(data, { ...recipe, weightDecay, classes: classIds.length }, stage('fitting', 0));

    await stage('calibrating', 1)(0);
    const seen = (part: Part): SeenImages => {
      const { features } = extracted[part];
      const { hidden, logits } = headOutputs(head, features, width);
      return { blocks: features, pool: hidden, logits, truth: Array.from(label(extracted[part])) };
    };
    // The views of an image come after all images as they are.
    const { length } = used('training');
    const learned = someImages(seen('training'), length, Math.min(REFERENCE_IMAGES, length));
    const reference = fitReference(learned, classIds.length);
    const scored = (part: Part): Scored => scoreSeen(seen(part), reference);
    const [validation, test] = [scored('validation'), scored('test')];
    const judged = judge(classIds, { validation, test }, recipe.targetError);
    await stage('evaluating', 1)(1);

    const card = cardOf({
      ...training,
      recipe: { ...recipe, weightDecay: [weightDecay] },
      classIds,
      backbone: { name: pretrained.name, sha256: pretrained.sha256 },
      inputSize: recipe.inputSize,
      judged,
      bfloat16: null,
      findings,
      familiarity: familiarityOf(validation, null),
      used: { training: used('training'), validation: used('validation'), test: used('test') },
    });
    await stage('saving', 1)(0);
    const weights = new Map([
      ['head/hidden/kernel', head.hiddenKernel],
      ['head/hidden/bias', head.hiddenBias],
      ['head/logits/kernel', head.logitsKernel],
      ['head/logits/bias', head.logitsBias],
    ]);
    const whole = await writeTrainedModel(training.modelFolder, card, weights, encodeReference(reference));
    tellPredictions(tell, used('test'), classIds, test, judged.temperature);
    return { card: whole, leftOut };
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
