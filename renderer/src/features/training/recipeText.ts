import type { PipelineName } from '#shared/domain/augmentationPipeline';
import type { FitRecipe, NetworkName, Recipe, RecipeKind } from '#shared/domain/recipe';
import type { Run, TrainingProgress } from '#shared/domain/run';

/** The kinds of training as a user chooses among them. */
export const RECIPES: readonly { readonly kind: RecipeKind; readonly title: string; readonly text: string }[] = [
  {
    kind: 'quick',
    title: 'Quick',
    text: 'A small classifier on the features of a finished network. Seconds to minutes.',
  },
  {
    kind: 'transfer',
    title: 'Transfer',
    text: 'A deeper classifier on a finished network, which stays as it is, trained on changed views of the images.',
  },
  {
    kind: 'fine-tune',
    title: 'Fine-tune',
    text: 'Transfer, then also the later convolutions of the network, in small steps.',
  },
  {
    kind: 'scratch',
    title: 'From scratch',
    text: 'A small network that starts from nothing. It needs many images of each class.',
  },
  {
    kind: 'best',
    title: 'Best',
    text: 'All layers of a finished network, tuned for accuracy in little time.',
  },
];

export function titleOf(kind: RecipeKind): string {
  return RECIPES.find((each) => each.kind === kind)?.title ?? kind;
}

export const NETWORKS: Readonly<Record<NetworkName, string>> = {
  'efficientnet-lite0': 'EfficientNet-Lite0',
  'efficientnet-lite1': 'EfficientNet-Lite1',
  'efficientnet-lite2': 'EfficientNet-Lite2',
  'efficientnet-b0': 'EfficientNetB0',
  'efficientnet-b1': 'EfficientNetB1',
  'efficientnet-b2': 'EfficientNetB2',
  'small-plain': 'Small, plain',
  'small-residual': 'Small, with residual blocks',
};

export const OPTIMISERS: Readonly<Record<FitRecipe['stages'][number]['optimiser']['kind'], string>> = {
  adam: 'Adam',
  adamW: 'AdamW',
  sgd: 'SGD',
  rmsprop: 'RMSprop',
};

/** Pipelines of augmentations as a user chooses among them. */
export const AUGMENTING: Readonly<Record<PipelineName, string>> = {
  none: 'not at all',
  light: 'lightly',
  gentle: 'gently',
  stains: 'for other stains and cameras',
  base: 'as the reference recipe does',
};

/** Numbers of a recipe by their names in it, as a user knows them. */
const NUMBERS: Readonly<Record<string, string>> = {
  testShare: 'Locked part, as a share',
  validationShare: 'Validation part, as a share',
  targetError: 'Expected error, as a share',
  workingSize: 'Kept at, pixels',
  inputSize: 'Side of the images, pixels',
  views: 'Views of each image',
  hidden: 'Hidden units',
  folds: 'Parts of the cross-validation',
  labelSmoothing: 'Label smoothing',
  l2: 'L2 penalty',
  clipNorm: 'Largest norm of the gradients',
  ema: 'Decay of the moving average',
  dense: 'Units of the dense layers',
  denseDropout: 'Dropout between dense layers',
  slope: 'Slope below 0',
  batch: 'Images a step',
  patience: 'Epochs without gain',
  freezeFirst: 'Frozen layers',
  rate: 'Learning rate',
  everySteps: 'Steps of a decay',
  factor: 'Decay',
  floor: 'Lowest share of the learning rate',
  rise: 'Rising part',
  warmUpSteps: 'Warm-up steps',
  weightDecay: 'Weight decay',
};

/** What a number of a recipe is called, such as "Learning rate, stage 2", from where it stands in the recipe. */
export function nameOfNumber(path: readonly PropertyKey[]): string {
  const name = path.findLast((key) => typeof key === 'string') ?? '';
  const stage = path[0] === 'stages' && typeof path[1] === 'number' ? `, stage ${String(path[1] + 1)}` : '';
  return `${NUMBERS[name] ?? name.charAt(0).toUpperCase() + name.slice(1)}${stage}`;
}

export const PROGRESS: Readonly<Record<TrainingProgress['stage'], string>> = {
  reading: 'Reading the images',
  decoding: 'Decoding the images',
  features: 'Computing features',
  choosing: 'Choosing the regularisation by cross-validation',
  fitting: 'Fitting the head',
  training: 'Training',
  calibrating: 'Calibrating on the validation part',
  evaluating: 'Evaluating on the locked part',
  saving: 'Saving the model',
  waiting: 'Waiting: other work on the device goes first',
};

const COUNTS_IMAGES: readonly TrainingProgress['stage'][] = [
  'reading',
  'decoding',
  'features',
  'training',
  'evaluating',
];

/** Whether `done` and `total` of a stage are images that a user would count. */
export function countsImages(stage: TrainingProgress['stage']): boolean {
  return COUNTS_IMAGES.includes(stage);
}

export const STATES: Readonly<Record<Run['state'], string>> = {
  queued: 'waiting',
  running: 'running',
  pausing: 'pausing',
  cancelling: 'stopping',
  paused: 'paused',
  cancelled: 'stopped',
  failed: 'failed',
  done: 'done',
};

/** One line: kind, network and the size it sees. */
export function summaryOf(recipe: Recipe): string {
  const network = recipe.kind === 'quick' ? recipe.backbone : recipe.network;
  return `${titleOf(recipe.kind)}, ${NETWORKS[network]} at ${String(recipe.inputSize)} px`;
}
