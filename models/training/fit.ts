import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FitEvent, LabelledFile, LeftOutFile } from '#shared/compute/protocol';
import type { ModelCard } from '#shared/domain/model';
import type { FitRecipe } from '#shared/domain/recipe';
import { FailureError } from '#shared/domain/failure';
import { declareNetwork, type Network } from '../architectures/network';
import { assignPretrained } from '../pretrained/assign';
import { loadKerasBackbone } from '../pretrained/kerasBackbone';
import { loadPretrained, type Pretrained } from '../pretrained/load';
import { reportFindings } from './findings';
import { finish } from './finish';
import { readFitData } from './fitData';
import { setWeights, valuesOf, weightsIn } from '../pretrained/networkWeights';
import { stages, type GiveWay } from './progress';
import { withOwnStaining } from './ownStaining';
import { seedOf } from '../data/random';
import { RunFolder, type Standing } from './runFolder';
import { runStage } from './stage';
import { Trainer, type TrainerOptions } from './trainer';

/** What this seed is for; stage.ts has the others. */
const FOR_WEIGHTS = 0;

/** Networks whose weights Keras publishes. */
const KERAS_VARIANTS = ['b0', 'b1', 'b2'] as const;

export interface FitTraining {
  readonly name: string;
  readonly modelId: string;
  readonly files: readonly LabelledFile[];
  readonly recipe: FitRecipe;
  /** Holds the checkpoints: the run goes on from what is there. */
  readonly runFolder: string;
  /** Made whole or not at all. */
  readonly modelFolder: string;
  /** Folder of the image cache. */
  readonly imageCache: string;
  /** Folder of the published backbones. */
  readonly pretrained: string;
  /** What the data are, for the card. */
  readonly description: string;
  /** Trainer.open if not given. */
  readonly openTrainer?: (options: TrainerOptions) => Trainer;
}

export interface FitResult {
  readonly card: ModelCard;
  readonly leftOut: LeftOutFile[];
}

/**
 * Training by gradients (product.md 5): the stages of the recipe one after the other, each ending with its best weights; then calibration on the validation part, figures on the locked part,
 * and the model folder. A run that was cut goes on after its last whole epoch and ends with the same weights as one that was not.
 * FailureError `too-little-data`, `data-changed`, `diverged`, `not-found`, `model-invalid`, `model-mismatch`, `out-of-memory`, `disk-full`, `cancelled`.
 */
export async function fit(
  training: FitTraining,
  tell: (event: FitEvent) => void,
  signal: AbortSignal,
  giveWay?: GiveWay,
): Promise<FitResult> {
  const {
    recipe,
    files,
    runFolder,
    imageCache,
    openTrainer = (options: TrainerOptions) => Trainer.open(options),
  } = training;
  const { stage, now } = stages(tell, signal, giveWay);
  const loadBackbone = backboneLoader(recipe, training.pretrained);
  const data = await readFitData(files, imageCache, recipe, stage);
  reportFindings(tell, data.findings);
  try {
    // A run is known by what was asked for; what it trains with is in the card.
    const identity = { recipe: sha256(JSON.stringify(recipe)), data: data.hash, images: data.images };
    const stained = await withOwnStaining(recipe, data);
    const folder = await RunFolder.open(runFolder, identity, (failure) => {
      tell({ kind: 'notice', failure });
    });
    const network = declareNetwork(recipe, data.classIds.length, seedOf(recipe.seed, FOR_WEIGHTS));
    try {
      let standing = (await folder.resume()) ?? (await begin(network, folder, recipe.network, loadBackbone));
      setWeights(network.model, standing.entry);
      const { stageEpochs, stageSteps, epochsBefore, stepsBefore } = standing.position;
      tell({ kind: 'from', epoch: epochsBefore + stageEpochs, step: stepsBefore + stageSteps });
      while (standing.position.stage < recipe.stages.length) {
        const progress = stage('training', 0);
        standing = await runStage(
          { recipe: stained, network, data, folder, tell, progress, now, openTrainer },
          standing,
        );
      }
      const { backbone } = standing.position;
      const card = await finish({ ...training, recipe: stained, network, data, backbone, stage, tell });
      await folder.settle(recipe.stages.length);
      return { card, leftOut: [...data.leftOut] };
    } finally {
      network.model.dispose();
    }
  } finally {
    await data.cache.close();
  }
}

/** A new run: the backbone's weights are loaded, and the network is kept as it begins. */
async function begin(
  network: Network,
  folder: RunFolder,
  name: string,
  loadBackbone: () => Promise<Pretrained | null>,
): Promise<Standing> {
  const loaded = await loadBackbone();
  if (loaded) assignPretrained(network.backbone, loaded);
  const entry = valuesOf(weightsIn(network.model));
  const position = {
    backbone: { name, sha256: loaded?.sha256 ?? '' },
    stage: 0,
    stageEpochs: 0,
    stageSteps: 0,
    epochsBefore: 0,
    stepsBefore: 0,
    best: null,
    portion: null,
  };
  await folder.enter(position, entry);
  return { position, entry, state: null };
}

/** How a recipe's backbone gets its first weights; null from it are random ones. Throws before anything is read where they are not to be had. */
function backboneLoader({ network, weights }: FitRecipe, pretrained: string): () => Promise<Pretrained | null> {
  if (weights === 'random') return () => Promise.resolve(null);
  if (weights === 'published') {
    const folder = join(pretrained, network);
    if (existsSync(folder)) return () => loadPretrained(folder);
    throw new FailureError(
      'not-found',
      `The published weights of ${network} do not come with the program.`,
      'Give their file (weights=<path of Keras’ .h5 without top>), or take the backbone that comes with it (network=efficientnet-lite0).',
    );
  }
  const variant = KERAS_VARIANTS.find((each) => network === `efficientnet-${each}`);
  if (variant) return () => loadKerasBackbone(weights, variant);
  throw new FailureError(
    'invalid-argument',
    `Weights from a file fit EfficientNetB0, B1 and B2, not ${network}.`,
    'Leave the setting weights out, or choose one of these networks.',
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
