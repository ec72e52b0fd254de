import { PIPELINES } from './augmentationPipeline';
import { recipeSchema, type FitRecipe, type FitStage, type HeadOptions, type Recipe, type RecipeKind } from './recipe';

const JUDGING = { testShare: 0.2, validationShare: 0.1, targetError: 0.01, seed: 7 };

/** The classifier of the reference recipe (product.md 5). */
const REFERENCE_HEAD: HeadOptions = {
  dropout: 0.2,
  batchNorm: true,
  dense: [512, 256, 128],
  slope: 0.05,
  denseDropout: 0.1,
};

const BARE_HEAD: HeadOptions = { dropout: 0.2, batchNorm: false, dense: [], slope: 0, denseDropout: 0 };

const ADAM: FitStage['optimiser'] = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const adamW = (weightDecay: number): FitStage['optimiser'] => ({ ...ADAM, kind: 'adamW', weightDecay });

const exponential = (rate: number): FitStage['schedule'] => ({
  kind: 'exponential',
  rate,
  everySteps: 1000,
  factor: 0.95,
  warmUpSteps: 0,
});

const FROZEN_BACKBONE: FitStage = {
  name: 'frozen backbone',
  train: { kind: 'head' },
  epochs: 100,
  batch: 32,
  optimiser: ADAM,
  schedule: exponential(0.001),
  patience: 15,
};

/** The reference recipe, every number as in product.md 5. Its 80/20 split is ours of training and locked part; the validation part is taken from the 80. */
const TRANSFER: FitRecipe = {
  kind: 'transfer',
  network: 'efficientnet-b2',
  weights: 'published',
  workingSize: 96,
  inputSize: 260,
  head: REFERENCE_HEAD,
  stages: [FROZEN_BACKBONE],
  augmentation: PIPELINES.base,
  classWeights: 'balanced',
  labelSmoothing: 0,
  l2: 0,
  clipNorm: null,
  ema: null,
  weightPrecision: 'float32',
  ...JUDGING,
};

const FIT: Readonly<Record<FitRecipe['kind'], FitRecipe>> = {
  transfer: TRANSFER,
  'fine-tune': {
    ...TRANSFER,
    kind: 'fine-tune',
    stages: [
      FROZEN_BACKBONE,
      {
        name: 'fine-tuning',
        train: { kind: 'beyond', freezeFirst: 100, convolutionsOnly: true },
        epochs: 20,
        batch: 16,
        optimiser: ADAM,
        schedule: exponential(1e-5),
        patience: 10,
      },
    ],
  },
  scratch: {
    ...TRANSFER,
    kind: 'scratch',
    network: 'small-residual',
    weights: 'random',
    workingSize: 96,
    inputSize: 96,
    head: BARE_HEAD,
    stages: [
      {
        name: 'all layers',
        train: { kind: 'all' },
        epochs: 40,
        batch: 32,
        optimiser: adamW(0.01),
        schedule: { kind: 'oneCycle', rate: 0.003, rise: 0.3 },
        patience: null,
      },
    ],
    augmentation: PIPELINES.gentle,
    labelSmoothing: 0.05,
  },
  best: {
    ...TRANSFER,
    kind: 'best',
    network: 'efficientnet-lite0',
    workingSize: 160,
    inputSize: 160,
    head: BARE_HEAD,
    stages: [
      {
        name: 'all layers',
        train: { kind: 'all' },
        epochs: 12,
        batch: 32,
        optimiser: adamW(0.01),
        schedule: { kind: 'oneCycle', rate: 0.001, rise: 0.3 },
        patience: null,
      },
    ],
    augmentation: PIPELINES.stains,
    labelSmoothing: 0.05,
  },
};

/** The recipe of a kind as it is before anything is changed; the caller's own copy. */
export function defaultRecipe(kind: RecipeKind): Recipe {
  return recipeSchema.parse(kind === 'quick' ? { kind } : FIT[kind]);
}
